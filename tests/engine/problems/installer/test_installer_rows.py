"""Rows made of episodes: gold replies verify, splits share nothing, prompts are short."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.problems.files.call_problems import (
    CallProblem,
    read_call_problems,
    write_call_problems,
)
from trace_trainer.engine.problems.installer import SPLITS, draw_episode, generate
from trace_trainer.engine.problems.installer.language import CODES
from trace_trainer.verifiers.calls import FORMATS, Call, Reply, verify_call
from trace_trainer.verifiers.machine import Machine

ROWS = 240


@pytest.fixture(scope="module")
def rows() -> dict[str, list[CallProblem]]:
    """The first rows of every split."""
    return {split: list(generate(split, ROWS, seed=0)) for split in SPLITS}


def _reply(message: dict) -> Reply:
    calls = [call["function"] for call in message.get("tool_calls", ())]
    return Reply(tuple(Call(call["name"], call["arguments"]) for call in calls), message["content"])


def _machine(problem: CallProblem) -> Machine:
    machine = Machine.from_spec(problem.start or {})
    for command in problem.ran:
        machine.run(command)
    return machine


@pytest.mark.parametrize("split", SPLITS)
def test_every_gold_reply_is_correct(rows: dict[str, list[CallProblem]], split: str) -> None:
    for problem in rows[split][:120]:
        text = FORMATS["hermes"].render(_reply(problem.reply or {}))
        verdict = verify_call(text, "hermes", problem.expected, problem.tools, _machine(problem))
        assert verdict.outcome == "correct", (problem.id, verdict.violations)


def test_every_kind_of_turn_occurs(rows: dict[str, list[CallProblem]]) -> None:
    counts = Counter(problem.category for split in SPLITS for problem in rows[split])
    assert set(counts) == {"command", "status", "recover", "answer", "order", "ask", "confirm", "refuse"}
    assert counts["command"] > counts.total() / 4 and counts["refuse"] > counts.total() / 20


def test_every_language_occurs_and_in_training_the_rare_ones_more_often() -> None:
    seen = {
        split: Counter(draw_episode(split, 1, number).language for number in range(120))
        for split in ("train", "test")
    }
    assert all(set(languages) == set(CODES) for languages in seen.values())
    assert 40 < seen["train"]["en"] < 75 < seen["test"]["en"]


def test_a_row_never_has_a_mistake_as_its_gold(rows: dict[str, list[CallProblem]]) -> None:
    mistakes = [
        command
        for problem in rows["train"]
        for command in problem.ran
        if problem.category == "recover" and command in str(problem.expected)
    ]
    assert not [command for command in mistakes if "mtn" in command or "/target" in command]


def test_test_phrasings_holds_only_held_out_words(rows: dict[str, list[CallProblem]]) -> None:
    assert all("!" in (problem.source or "") for problem in rows["test_phrasings"])
    assert not [
        p for split in SPLITS if split != "test_phrasings" for p in rows[split] if "!" in (p.source or "")
    ]


def test_splits_share_no_prompt(rows: dict[str, list[CallProblem]]) -> None:
    prompts = {split: {str(problem.messages) for problem in rows[split]} for split in SPLITS}
    for split in SPLITS[1:]:
        assert not prompts["train"] & prompts[split]
    assert not prompts["validation"] & prompts["test"]


def test_splits_share_no_machine(rows: dict[str, list[CallProblem]]) -> None:
    machines = {
        split: {
            str((problem.start or {})["disks"]) + str((problem.start or {})["models"])
            for problem in rows[split]
        }
        for split in SPLITS
    }
    for split in SPLITS[1:]:
        assert not machines["train"] & machines[split]


def test_held_out_machines_have_other_disks(rows: dict[str, list[CallProblem]]) -> None:
    def kinds(split: str) -> set[tuple[str, ...]]:
        starts = [problem.start or {} for problem in rows[split]]
        return {tuple(sorted(set(start["disks"]) - {start.get("medium")})) for start in starts}

    assert kinds("test_machines") and not kinds("test_machines") & (kinds("train") | kinds("test"))


def test_equal_arguments_give_equal_rows_and_seeds_differ() -> None:
    assert list(generate("test", 80, seed=4)) == list(generate("test", 80, seed=4))
    assert list(generate("test", 80, seed=4)) != list(generate("test", 80, seed=5))


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(ValueError, match=r"no split 'tset'; there are train"):
        next(generate("tset", 1))


def test_rows_survive_a_file(rows: dict[str, list[CallProblem]], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_call_problems(path, rows["test"])
    assert read_call_problems(path) == rows["test"]


def test_nearly_every_prompt_has_at_most_400_tokens(rows: dict[str, list[CallProblem]]) -> None:
    tokenizer = Tokenizer.from_file(str(PROJECT / "checkpoints" / "tiny-base" / "tokenizer.json"))

    def tokens(problem: CallProblem) -> int:
        texts = [str(problem.tools[0]["function"])]
        for message in problem.messages:
            calls = [str(call["function"]) for call in message.get("tool_calls", ())]
            texts += [message["content"], *calls]
        markers = 3 * len(problem.messages)
        return markers + sum(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)

    counts = sorted(tokens(problem) for split in SPLITS for problem in rows[split])
    assert counts[int(len(counts) * 0.99)] <= 400


def test_rows_come_fast() -> None:
    list(generate("train", 50))  # loads the phrasings
    start = time.process_time()
    assert len(list(generate("train", 400, seed=9))) == 400
    assert 400 / (time.process_time() - start) > 200  # far below what it does, for slow and busy machines


def test_generating_needs_no_model_library() -> None:
    code = (
        "import sys, trace_trainer.engine.problems.installer\n"
        "print(*({'torch', 'transformers', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def kind(problem: CallProblem) -> tuple[bool, str]:
    """Whether the user speaks English, and what is wanted."""
    assert isinstance(problem.expected, dict)
    return str(problem.source).startswith("en."), problem.expected["type"]


def test_where_the_wording_is_plain_few_commands_are_of_others() -> None:
    plain, anyone = (
        Counter(kind(p) for p in generate("train", 3000, seed=2, wording=wording))
        for wording in ("plain", "any")
    )
    assert plain[False, "text"] > 300
    assert 0 < plain[False, "command"] < 0.4 * anyone[False, "command"]
    assert plain[True, "command"] > 2 * plain[False, "command"]


def test_varied_dialogues_are_not_plain() -> None:
    varied = list(generate("train", 300, seed=2, wording="varied"))
    assert all(not draw_episode(*_arguments(p.episode)).is_plain for p in varied)
    with pytest.raises(ValueError, match="no wording 'loud'; there are any, plain, varied"):
        next(generate("train", 1, wording="loud"))


def _arguments(episode: str | None) -> tuple[str, int, int]:
    split, seed, number = str(episode).rsplit("-", 2)
    return split, int(seed), int(number)


def test_training_leaves_out_easy_turns_only() -> None:
    train, validation = (list(generate(split, 2000, seed=1)) for split in ("train", "validation"))
    shares = [Counter(p.category for p in rows) for rows in (train, validation)]
    assert shares[0]["command"] < 0.8 * shares[1]["command"]
    assert all(shares[0][name] > shares[1][name] for name in ("answer", "ask", "order", "refuse", "status"))
