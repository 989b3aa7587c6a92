"""trainer eval with participants that do not run here, or that answer in free text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from helpers.stand_ins import Said, completion, refusal, standing_in

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE
from trace_trainer.engine.problems.files.word_problems import read_problems, write_problems
from trace_trainer.experts.problems import generate


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    write_problems(tmp_path / "problems.jsonl", generate("validation", 4))
    return tmp_path / "problems.jsonl"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(trainer, ["eval", "--max-new-tokens", "4", *map(str, arguments)])


def figures(*arguments: Any) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def number(body: dict[str, Any], so_manieth: int) -> Said:
    return completion("It is 5.")


def test_local_hosted_and_external_participants_stand_in_one_table(
    tiny_model_dir: Path, problems: Path, tmp_path: Path
) -> None:
    rows = [{"id": problem.id, "completion": problem.trace} for problem in read_problems(problems)]
    (tmp_path / "theirs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    written = tmp_path / "completions.jsonl"
    with standing_in(number) as server:
        found = figures(
            "--compare", tiny_model_dir, "--model", server.url, "--external", f"theirs={tmp_path / 'theirs.jsonl'}",
            "--data", problems, "--completions", written,
        )  # fmt: skip
        assert [body["model"] for body in server.bodies] == ["one"] * 4
    host = server.url.removeprefix("http://").removesuffix("/v1")
    assert [model["model"] for model in found["models"]] == ["tiny", f"one at {host}", "theirs"]
    assert [model["accuracy"] for model in found["models"]] == [0, 0, 1]
    assert [(d["model"], d["n"]) for d in found["differences"]] == [(f"one at {host}", 4), ("theirs", 4)]
    assert len(written.read_text().splitlines()) == 12


def test_another_system_may_be_what_models_are_compared_with(
    tiny_model_dir: Path, problems: Path, tmp_path: Path
) -> None:
    rows = [{"id": problem.id, "completion": "none"} for problem in read_problems(problems)]
    (tmp_path / "theirs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    external = f"theirs={tmp_path / 'theirs.jsonl'}"
    found = figures(
        "--compare", "theirs", "--external", external, "--model", tiny_model_dir, "--data", problems
    )
    assert [(d["model"], d["baseline"]) for d in found["differences"]] == [("tiny", "theirs")]


def test_hosted_models_are_asked_before_anything_runs_here(tiny_model_dir: Path, problems: Path) -> None:
    with standing_in(lambda body, so_manieth: refusal(401, "wrong key")) as server:
        result = run(
            "--model", tiny_model_dir, "--model", server.url, "--data", problems, "--max-new-tokens", 200
        )
    assert result.exit_code == 2 and "refuses one: 401" in result.stderr
    assert "completions" not in result.stderr  # no progress of a local model


def test_the_key_of_the_environment_is_sent_and_in_no_output(
    problems: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-secret")
    with standing_in(number) as server:
        result = run("--model", server.url, "--data", problems, "-v", "--completions", tmp_path / "c.jsonl")
        assert {heard["authorization"] for heard in server.headers} == {"Bearer sk-secret"}
    assert result.exit_code == 0 and "secret" not in result.output + (tmp_path / "c.jsonl").read_text()


def test_a_base_in_free_text_stands_beside_a_model_of_traces(tiny_model_dir: Path, problems: Path) -> None:
    answers = {problem.question: problem.answer for problem in read_problems(problems)}

    def knowing(body: dict[str, Any], so_manieth: int) -> Said:
        start, question, end = re.split(r"^Question: |\nAnswer:$", body["messages"][-1]["content"])
        assert start == end == ""
        return completion(f"#### {answers[question]}")

    with standing_in(knowing) as server:
        found = figures(
            "--compare", server.url, "--free", server.url, "--model", tiny_model_dir, "--data", problems
        )
    free, traces = found["models"]
    assert free["model"].endswith(" (free)") and free["accuracy"] == 1
    assert {name: share["mean"] for name, share in free["metrics"].items()}["strict_match"] == 1
    assert traces["model"] == "tiny" and "metrics" not in traces
    assert found["differences"][0]["n"] == 4


def test_all_may_be_asked_in_free_text(tiny_model_dir: Path, problems: Path) -> None:
    shown = run("--model", tiny_model_dir, "--answers", "free", "--data", problems).stdout
    assert "tiny (free)" in shown and "strict_match [95 %]" in shown


def test_what_does_not_hold_for_all_is_said(tiny_model_dir: Path, problems: Path) -> None:
    options = ("--data", problems, "--guided", "--samples", 2, "--gold-loss")
    with standing_in(number) as server:
        result = run("--model", tiny_model_dir, "--model", server.url, *options)
    for said in ("is not guided", "has no loss on gold replies", "no log-probabilities", "needs --card"):
        assert f"{server.url} " in result.stderr and said in result.stderr
    assert result.exit_code == 0


def _asks(body: dict[str, Any], number: int) -> Said:
    return completion("Which disk is it to be?")


def test_a_hosted_model_plays_whole_installations(tiny_call_model_dir: Path) -> None:
    with standing_in(_asks) as server:
        found = figures(
            "--model", server.url, "--model", tiny_call_model_dir, "--task", "installer", "--episodes", 2
        )  # fmt: skip
        roles = [message["role"] for message in server.bodies[-1]["messages"]]
    hosted = found["models"][0]
    assert hosted["model"].startswith("one at 127.0.0.1") and roles[0] == "system" and roles.count("user") > 1
    assert (hosted["episodes"], hosted["failed"], hosted["dangerous"]) == (2, 0, 0)
    assert found["differences"][0]["model"] == "tiny-calls"


def test_an_episode_whose_request_fails_is_counted_apart() -> None:
    def first_fails(body: dict[str, Any], number: int) -> Said:
        return refusal(422) if number == 1 else _asks(body, number)

    with standing_in(first_fails) as server:
        found = figures("--model", server.url, "--task", "installer", "--episodes", 3, "--concurrency", 1)
    assert (found["episodes"], found["failed"]) == (2, 1)


def test_where_no_episode_ends_the_first_failure_is_said() -> None:
    with standing_in(lambda body, number: _asks(body, number) if number == 0 else refusal(422)) as server:
        result = run("--model", server.url, "--task", "installer", "--episodes", 1)
    assert result.exit_code == 2 and "ended no episode" in result.stderr and "422" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--api-model", "x", "--model", "tiny-base"), "--api-model is for a --model that is an address"),
        (("--free", "other", "--model", "tiny-base"), "--free other is none of the participants: tiny-base"),
        (("--shots", 3, "--model", "tiny-base"), "--shots and --shots-from go together"),
        (("--external", "name"), "'name' is not NAME=FILE"),
        (("--external", "name=missing.jsonl"), "--external name: there is no file missing.jsonl"),
        (("--external", "a=x", "--external", "a=y"), "have the same name"),
        (("--answers", "free", "--task", "functions", "--model", "tiny-base"), "leave --answers out"),
        (
            ("--answers", "free", "--model", "tiny-base", "--guided"),
            "--constrain is for models that are loaded here",
        ),
        (("--model", "http://user:x@host/v1"), "holds no password"),
        (("--external", "a=a.jsonl", "--episodes", 2, "--task", "installer"), "for single problems"),
        (
            ("--model", "http://127.0.0.1:9/v1", "--api-model", "a", "--api-model", "b", "--count", 1),
            "2 --api-model for 1 addresses",
        ),
    ],
)
def test_bad_usage_is_one_line(arguments: tuple[Any, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2 and said in result.stderr
    assert "Traceback" not in result.output
