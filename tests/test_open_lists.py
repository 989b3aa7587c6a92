"""Open lists: one thing more is one file more, and nothing else names it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

from trace_trainer.engine.inference.samplers import SAMPLERS
from trace_trainer.engine.objectives.objective import OBJECTIVES
from trace_trainer.engine.tasks import TASKS
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import MIXTURE, generate
from trace_trainer.verifiers import POLICIES
from trace_trainer.verifiers.calls import FORMATS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("experts", "verifiers", "engine")


def test_nothing_asks_for_a_thing_by_its_name() -> None:
    names = {*TASKS, *FORMATS, *OBJECTIVES, *SAMPLERS, *POLICIES, *EXPERTS}
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        if any(
            isinstance(side, ast.Constant) and side.value in names for side in (node.left, *node.comparators)
        )
    ]
    assert asked == []


def test_an_expert_is_one_file_in_the_package_and_changes_nobody_elses_problems(tmp_path: Path) -> None:
    for folder in ("experts", "verifiers"):
        shutil.copytree(ROOT / folder, tmp_path / "trace_trainer" / folder)
    shutil.copy(ROOT / "trace_trainer" / "__init__.py", tmp_path / "trace_trainer")
    expert, _, stories = (ROOT / "docs/examples/rectangles.py").read_text().partition("@schema(")
    imports = [line for line in expert.splitlines() if "problems.schema" in line]
    package = tmp_path / "trace_trainer" / "experts"
    (package / "rectangles.py").write_text(expert.replace("\n".join(imports), ""))
    (package / "problems" / "schemas" / "rectangles.py").write_text(
        "\n".join([*imports, f"@schema({stories}"])
    )
    code = """
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import verify_trace
for problem in generate("train", 5, experts=["rectangles"]):
    assert verify_trace(problem.trace, question=problem.question, answer=problem.answer).outcome == "correct"
assert list(EXPERTS)[-1] == "rectangles"
print(*[problem.question for problem in generate("train", 30)], sep="\\n")
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [problem.question for problem in generate("train", 30)]


def test_an_experts_problems_are_the_same_whatever_stands_beside_it_in_the_list() -> None:
    alone = [problem.question for problem in generate("train", 20, experts=["percentage"])]
    assert alone == [
        problem.question for problem in generate("train", 20, experts=["percentage", "percentage"])
    ]
    assert [p.question for p in generate("train", 20)] == [
        p.question for p in generate("train", 20, experts=list(reversed(MIXTURE)))
    ]
