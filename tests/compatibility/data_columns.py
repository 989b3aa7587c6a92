"""The columns that word problems are tried under: `DataForm`s, each of two problems."""

from __future__ import annotations

from compatibility.data_forms import (
    OTHER_QUESTION,
    OTHER_TRACE,
    PLAIN,
    QUESTION,
    TRACE,
    WORKED,
    DataForm,
    Rows,
    lines,
)

_PAIRS = ((QUESTION, "13", TRACE), (OTHER_QUESTION, "15", OTHER_TRACE))


def _asked(question: str) -> dict[str, str]:
    return {"role": "user", "content": question}


def _said(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def columns(name: str, rows: Rows, *column: str, gold: bool = True, audited: int | None = 2) -> DataForm:
    """Two problems under other names; `audited` of them are correct in an audit, None where there are no traces."""
    outcomes = None if audited is None else {"correct": audited}
    return DataForm(name, lines("p.jsonl"), rows, column=column, gold=gold, audited=outcomes)


COLUMNS = [
    columns(
        "question, answer, solution_trace",
        [{"question": q, "answer": a, "solution_trace": t} for q, a, t in _PAIRS],
        audited=None,
    ),
    columns(
        "problem, ground_truth, gold_trace",
        [{"problem": q, "ground_truth": a, "gold_trace": t} for q, a, t in _PAIRS],
        audited=None,
    ),
    columns("query, target", [{"query": q, "target": a} for q, a, _ in _PAIRS], gold=False, audited=None),
    columns(
        "prompt, label", [{"prompt": q, "label": float(a)} for q, a, _ in _PAIRS], gold=False, audited=None
    ),
    columns(
        "instruction, input, output",
        [{"instruction": q, "input": "", "output": t} for q, _, t in _PAIRS],
        audited=None,
    ),
    columns(
        "instruction, answer, output", [{"instruction": q, "answer": a, "output": t} for q, a, t in _PAIRS]
    ),
    columns("prompt and completion", [{"prompt": q, "answer": a, "completion": t} for q, a, t in _PAIRS]),
    columns(
        "prompt and completion as messages",
        [{"prompt": [_asked(q)], "completion": [_said(t)], "answer": a} for q, a, t in _PAIRS],
    ),
    columns("messages", [{"messages": [_asked(q), _said(t)], "answer": a} for q, a, t in _PAIRS]),
    columns(
        "ShareGPT's conversations",
        [
            {"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": t}], "answer": a}
            for q, a, t in _PAIRS
        ],
    ),
    columns("GSM8K", WORKED, gold=False, audited=None),
    columns(
        "MATH",
        [{"problem": q, "solution": f"So it is $\\boxed{{{a}}}$."} for q, a, _ in _PAIRS],
        gold=False,
        audited=None,
    ),
    columns(
        "SVAMP",
        [
            {
                "ID": f"chal-{a}",
                "Body": q.partition(". ")[0],
                "Question": q.partition(". ")[2],
                "Answer": float(a),
            }
            for q, a, _ in _PAIRS
        ],
        gold=False,
        audited=None,
    ),
    columns(
        "nested columns that are named",
        [{"meta": {"q": q, "response": t}, "gold": a} for q, a, t in _PAIRS],
        "question=meta.q",
        "trace=meta.response",
    ),
    columns(
        "other columns that are named",
        [{"text_q": r["question"], "a": r["answer"], "t": r["trace"]} for r in PLAIN],
        "question=text_q",
        "answer=a",
        "trace=t",
    ),
]
"""Names of columns, in JSON lines."""
