"""trainer sample: completions of any model that the verifier found right, kept as rows to train on."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from helpers.stand_ins import Said, completion, standing_in

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference import sampling
from trace_trainer.engine.inference.samplers import SAMPLERS, Sampler
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 3, seed=3))
GOLDS = {problem.question: problem.trace for problem in PROBLEMS}


def sample(*arguments: Any) -> Result:
    return CliRunner().invoke(trainer, ["sample", "--max-new-tokens", "8", *map(str, arguments)])


def every_other(body: dict[str, Any], so_manieth: int) -> Said:
    """The gold trace, and words, in turns."""
    return completion(GOLDS[body["messages"][-1]["content"]] if so_manieth % 2 == 0 else "It is 5.")


def test_what_a_hosted_model_wrote_is_kept_where_it_is_right(tmp_path: Path) -> None:
    write_problems(tmp_path / "problems.jsonl", PROBLEMS)
    with standing_in(every_other) as server:
        result = sample(
            "--model", server.url, "--data", tmp_path / "problems.jsonl", "--samples", 2, "--concurrency", 1,
            "--out", tmp_path / "kept.jsonl",
        )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "kept.jsonl").read_text().splitlines()]
    assert [row["trace"] for row in rows] == list(GOLDS.values())
    assert (
        "3 rows of 6 completions, 3 of them right (50.0%); 3 of 3 problems have a right one" in result.stdout
    )


def test_it_goes_on_where_it_was_stopped(
    tmp_path: Path, tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "sample", partial(sampling.sample, batch_size=4))
    asked = partial(sample, "--model", tiny_model_dir, "--count", 4, "--samples", 2, "--keep", "all", "--out")
    whole = asked(tmp_path / "whole")
    assert whole.exit_code == 0, whole.output
    drawing, calls = SAMPLERS["native"], []

    def stopping(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return drawing.draw(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(sampling, "chosen_sampler", lambda *_: Sampler(stopping, drawing.types))
        assert asked(tmp_path / "parts").exit_code == 130
    assert not (tmp_path / "parts").exists() and (tmp_path / "parts.partial").exists()
    assert asked(tmp_path / "parts", "--resume").exit_code == 0
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--samples", 2, "--temperature", 0), "greedy samples would all be the same"),
        (("--data", "none.jsonl", "--split", "train"), "--split and --expert choose generated problems"),
    ],
)
def test_what_can_not_be_is_one_line(
    tmp_path: Path, tiny_model_dir: Path, options: tuple[object, ...], said: str
) -> None:
    result = sample("--model", tiny_model_dir, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2 and said in result.stderr and not (tmp_path / "out").exists()
