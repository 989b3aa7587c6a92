"""What `trainer audit` counts and prints, how it exits, and its workers."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.audit_runs import GOOD, NO_QUERY, UNGROUNDED, audit, records, row, summary, write

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import Chunk, RawInput, find_sources, read_chunks
from trace_trainer.engine.audit.run import audit_chunks
from trace_trainer.engine.errors import UserError

MIXED = [
    row(),
    row(UNGROUNDED),
    row(NO_QUERY),
    row(answer=12),
    row(expert="percentage"),
    row("hello"),
    row(answer="?"),
]


def test_the_summary_counts_everything(tmp_path: Path) -> None:
    found = summary(write(tmp_path / "t.jsonl", *MIXED, "not json"))
    assert found["traces"] == 7 and found["unreadable_lines"] == 1
    assert found["outcomes"] == {
        "correct": 1, "invalid_trace": 2, "wrong_answer": 1, "wrong_expert": 1, "unparsed": 1, "error": 1
    }  # fmt: skip
    assert {"ungrounded_number", "missing_query", "wrong_answer", "bad_gold"} <= set(found["violations"])
    assert found["experts"] == {"arithmetic": {"traces": 5, "correct": 1}}
    assert found["accuracy"] == pytest.approx(1 / 6)
    assert set(found) == {
        "traces", "outcomes", "violations", "lints", "experts", "accuracy", "mean_reward", "unreadable_lines"
    }  # fmt: skip


def test_records_come_one_for_each_input_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(), "", "not json", row(UNGROUNDED))
    found = records(path)
    assert [(r["index"], r["source"], r["line"], r["outcome"]) for r in found] == [
        (0, path, 1, "correct"),
        (1, path, 3, "error"),
        (2, path, 4, "invalid_trace"),
    ]
    assert found[0] | {"lints": []} == {
        "index": 0, "source": path, "line": 1, "outcome": "correct", "expert": "arithmetic", "answer": "13",
        "reward": 1.0, "violations": [], "lints": [],
    }  # fmt: skip
    assert found[1]["reward"] is None and found[1]["violations"][0]["code"] == "unreadable_line"
    assert set(found[2]["violations"][0]) == {"code", "message", "subtrace", "step", "line"}


def test_the_summary_agrees_with_the_records(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *MIXED)
    counts, found = summary(path), records(path)
    assert counts["outcomes"] == Counter(r["outcome"] for r in found)
    assert counts["violations"] == Counter(v["code"] for r in found for v in r["violations"])
    assert counts["lints"] == Counter(v["code"] for r in found for v in r["lints"])
    rewards = [r["reward"] for r in found if r["reward"] is not None]
    assert counts["mean_reward"] == pytest.approx(sum(rewards) / len(rewards))


def test_several_workers_give_the_very_same_output(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *[*MIXED, "not json"] * 150)
    for form in ("json", "jsonl", "markdown"):
        one, two = (audit(path, "--format", form, "--workers", n) for n in ("1", "2"))
        assert one.stdout == two.stdout and one.stderr == two.stderr and one.exit_code == two.exit_code


def test_a_dead_worker_is_an_error_that_names_the_place() -> None:
    chunk = Chunk([RawInput("t.jsonl", 7, Deadly(), is_yaml=False)], 0)
    with pytest.raises(UserError, match=r"a worker process died near t\.jsonl:7"):
        list(audit_chunks([chunk] * 20, AuditSettings(), workers=2))


class Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


@pytest.mark.parametrize(
    ("lines", "options", "exit_code"),
    [
        ([row(), row(answer=None)], [], 0),
        ([row(), row(answer=12)], [], 1),
        ([row(), row(answer="?")], [], 1),
        ([row(), "not json"], [], 1),
        ([row()] * 9 + [row(NO_QUERY)], ["--fail-under", "0.9"], 0),
        ([row()] * 9 + [row(NO_QUERY)], ["--fail-under", "90%"], 0),
        ([row()] * 9 + [row(NO_QUERY)], ["--fail-under", "0.91"], 1),
        ([row()] * 9 + ["not json"], ["--fail-under", "0.91"], 1),
        ([row(NO_QUERY)], ["--fail-under", "0"], 0),
        (["not json"], [], 2),
        ([row()], ["--fail-under", "1.1"], 2),
        ([row()], ["--policy", "generous"], 2),
        ([row()], ["--trace-field", "typo"], 2),
        ([], [], 0),
    ],
)
def test_exit_code(tmp_path: Path, lines: list[object], options: list[str], exit_code: int) -> None:
    result = audit(write(tmp_path / "t.jsonl", *lines), *options)
    assert result.exit_code == exit_code, result.output


def test_seven_of_a_hundred_satisfy_seven_percent(tmp_path: Path) -> None:
    # As floats, 0.07 * 100 is more than 7.
    path = write(tmp_path / "t.jsonl", *[row()] * 7, *[row(NO_QUERY)] * 93)
    assert audit(path, "--fail-under", "0.07").exit_code == 0


@pytest.mark.parametrize("name", ["missing.jsonl", "folder", "t.txt"])
def test_what_cannot_be_read_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    good = write(tmp_path / "good.jsonl", row())
    (tmp_path / "folder").mkdir()
    (tmp_path / "t.txt").write_text(GOOD)
    result = audit(good, str(tmp_path / name))
    assert result.exit_code == 2 and result.stdout == ""
    assert name in result.stderr and "Traceback" not in result.stderr and len(result.stderr.splitlines()) == 1


def test_grounding_can_be_turned_off(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(UNGROUNDED, answer=14))
    assert summary(path)["violations"] == {"ungrounded_number": 1}
    assert summary(path, "--no-grounding")["outcomes"] == {"correct": 1}


def test_the_policy_decides_the_reward(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(answer=12))
    assert summary(path, "--policy", "ladder")["mean_reward"] == 0.7
    assert summary(path, "--policy", "binary")["mean_reward"] == 0.0


def test_without_gold_there_is_no_accuracy_and_no_reward() -> None:
    found = summary("-", stdin=json.dumps({"trace": GOOD}))
    assert found["outcomes"] == {"valid": 1} and found["accuracy"] is None and found["mean_reward"] is None


def test_experts_that_a_trace_made_up_are_not_counted() -> None:
    lines = "\n".join(json.dumps({"trace": GOOD.replace("arithmetic", f"wizard{n}")}) for n in range(50))
    assert summary("-", stdin=lines)["experts"] == {}


def test_the_table_names_a_violation_s_line_in_a_yaml_file(tmp_path: Path) -> None:
    path = write(tmp_path / "t.yaml", f"{GOOD}---\n{GOOD.replace('op: query', 'op: ask')}")
    step = records(path)[1]["violations"][0]
    assert f"{path}:{8 + step['line'] - 1}" in audit(path, "--format", "markdown").stdout


def test_chunks_are_read_only_as_far_as_workers_need_them(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *[row()] * 256 * 40)
    read = 0

    def counted() -> Iterator[Chunk]:
        nonlocal read
        for chunk in read_chunks(find_sources([path])):
            read += 1
            yield chunk

    results = audit_chunks(counted(), AuditSettings(), workers=2)
    next(results)
    assert read < 20
    results.close()


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "markdown"])
def test_out_holds_what_would_be_printed(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "t.jsonl", *MIXED)
    out = tmp_path / "out"
    printed = audit(path, "--format", form)
    written = audit(path, "--format", form, "--out", str(out))
    assert out.read_text() == printed.stdout and written.stdout == ""
    assert written.exit_code == printed.exit_code == 1 and "1 of 7 traces pass" in written.stderr


def test_out_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    result = audit(write(tmp_path / "t.jsonl", row()), "--out", str(tmp_path / "none" / "out"))
    assert result.exit_code == 2 and "can't write" in result.stderr


def test_the_table_tells_people_everything(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *MIXED)
    text = " ".join(audit(path).stdout.split())
    for part in ("1 of 7 traces pass, 6 fail", "95 % interval", "Mean reward", "missing_query", "arithmetic"):
        assert part in text


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_hostile_text_cannot_steer_the_terminal(form: str) -> None:
    trace = GOOD.replace("op: query", 'op: "\\e[31mred\\e[0m | [bold]"')
    output = audit("-", "--format", form, stdin=json.dumps(row(trace))).stdout
    assert "\x1b" not in output and "unknown_op" in output


def test_lone_surrogates_do_not_end_the_audit(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"trace": "expert: \\ud800"}\n')
    for form in ("table", "json", "jsonl", "markdown"):
        out = tmp_path / form
        assert audit(str(path), "--format", form, "--out", str(out)).exit_code == 1 and out.stat().st_size


def test_the_peer_s_traces_are_understood(shared_data: Path) -> None:
    found = summary(str(shared_data / "peer_traces" / "traces.jsonl"))
    assert found["traces"] == 200 and found["unreadable_lines"] == 0
    assert found["outcomes"]["correct"] > 150 and found["outcomes"].get("error", 0) == 0
    assert found["violations"]["ungrounded_number"] >= 5


QUESTION = "Tom has 2 apples and buys 2 more. How many has he?"
APPLES = (
    "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 2}\n- {op: init, var: b, value: 2}\n"
    "- {op: compute, compute_op: add, args: [a, b], var: r}\n- {op: query, var: r}\n"
)


@pytest.mark.parametrize("field", ["reference", "gold_trace", "solution_trace"])
def test_a_trace_is_compared_with_the_reference_beside_it(tmp_path: Path, field: str) -> None:
    lucky = {"trace": APPLES.replace("add", "mul"), "question": QUESTION, "answer": 4, field: APPLES}
    path = write(tmp_path / "t.jsonl", lucky, lucky | {"trace": APPLES}, lucky | {field: "nothing"})
    assert summary(path)["outcomes"] == {"wrong_answer": 1, "correct": 1, "error": 1}
    assert summary(path)["violations"] == {"bad_reference": 1, "wrong_function": 1}
    assert summary(path, "--no-reference")["outcomes"] == {"correct": 3}
    assert summary(path, "--reference-field", field)["outcomes"] == summary(path)["outcomes"]


def test_a_named_reference_field_must_be_there_and_not_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", row(), row())
    unread = audit(path, "--reference-field", "gold")
    assert unread.exit_code == 2 and "no field gold" in unread.stderr
    assert audit(path, "--reference-field", "reference", "--no-reference").exit_code == 2
    assert audit(path, "--kind", "call", "--no-reference").exit_code == 2
