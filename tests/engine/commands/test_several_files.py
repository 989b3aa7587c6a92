"""Runs on several files: the manifest has each with its share, the report is written, columns are those named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.rl_command import manifest

from trace_trainer.experts.problems import generate


@pytest.mark.usefixtures("judged")
def test_rl_practises_on_a_mixture_of_files_with_named_columns(
    rl: Callable[..., Result], checkpoints: Path, tmp_path: Path
) -> None:
    problems = list(generate("train", 24, seed=5))
    for name, part in (("a", problems[:8]), ("b", problems[8:])):
        rows = [
            {"id": problem.id, "meta": {"q": problem.question}, "right": problem.answer} for problem in part
        ]
        (tmp_path / f"{name}.txt").write_text("".join(json.dumps(row) + "\n" for row in rows))
    files = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    named = ("--column", "question=meta.q", "--column", "answer=right")
    result = rl(
        "--name", "mixed", "--data", files[0], "--data", files[1], "--mix", "1:1", *named, "--iters", "1"
    )
    assert result.exit_code == 0, result.output
    found = manifest(checkpoints / "mixed")["data"]["train"]
    assert (found["rows"], found["source"]) == (24, f"{files[0]} and {files[1]}, mixed 1:1")
    assert [(file["path"], file["rows"], file["share"]) for file in found["files"]] == [
        (files[0], 8, 1.0),
        (files[1], 16, 1.0),
    ]
    rollouts = (checkpoints / "mixed" / "rollouts.jsonl").read_text().splitlines()
    asked = {json.loads(line)["prompt"] for line in rollouts}
    assert asked <= {problem.question for problem in problems}
    assert (checkpoints / "mixed" / "report.html").exists()
