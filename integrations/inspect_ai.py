"""A scorer and a task of Inspect.

inspect eval trace_trainer/traces --model openai/some-model -T split=test_schemas -T count=200
"""

from __future__ import annotations

from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import TaskState, generate

from trace_trainer.integrations.judge import Judge
from trace_trainer.integrations.problems import problem_rows, system_text


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator, unused-ignore]
def verified(kind: str = "trace", policy: str = "gated", **settings: Any) -> Scorer:
    """Scores a completion by the verifier: correct or not, with what is wrong as the explanation.

    The question is the sample's input, the gold answer its target (of calls what was expected, as JSON); its metadata
    may hold expert, reference, tools, machine. What can't be judged is unscored, and left out of accuracy.

    Args:
        kind, policy, settings: those of Judge. The reward by the policy is in the score's metadata.
    """
    judge = Judge(kind, policy, **settings)
    gold = "expected" if kind == "call" else "answer"

    async def score(state: TaskState, target: Target) -> Score:
        record = judge.record(
            state.output.completion, {**state.metadata, "question": state.input_text, gold: target.text}
        )
        told = "\n".join(f"{one['code']}: {one['message']}" for one in record["violations"])
        about = {"outcome": str(record["outcome"]), "reward": record["reward"], "explanation": told or None}
        if record["reward"] is None:
            return Score.unscored(explanation=told or "there is no gold answer", metadata=about)
        return Score(
            value=float(record["outcome"] == "correct"),
            answer=record["answer"],
            explanation=told or None,
            metadata=about,
        )

    return score


@task  # type: ignore[untyped-decorator, unused-ignore]
def traces(
    data: str = "", split: str = "test_numbers", count: int = 200, seed: int = 0, card: bool = True
) -> Task:
    """Word problems to be answered with traces: of a problem file, or of the generator.

    Args:
        card: tell the model the language of traces first; those trained without the card need none.
    """
    told = system_text(card)
    before = [] if told is None else [ChatMessageSystem(content=told)]
    samples = [
        Sample(
            input=[*before, ChatMessageUser(content=row["question"])],
            target=row["answer"] or "",
            id=row["id"],
            metadata={"expert": row["expert"], "reference": row["trace"]},
        )
        for row in problem_rows(data, split, count, seed)
    ]
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=verified())
