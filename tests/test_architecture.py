"""The shape of the code base: which package may import which, and what is imported when."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LAYERS = ("experts", "verifiers", "engine")
"""Each may import itself and those before it."""


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """The absolute names of all modules imported in a file, at its top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("trace_trainer.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            yield (node.module or "").removeprefix("trace_trainer.")


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package", LAYERS)
def test_imports_point_one_way(package: str) -> None:
    above = LAYERS[LAYERS.index(package) + 1 :]
    wrong = [
        (path.name, name)
        for path in _modules(package)
        for name in _imports(path)
        if name.split(".")[0] in above
    ]
    assert not wrong


@pytest.mark.parametrize("package", ["experts", "verifiers"])
def test_experts_and_verifiers_need_no_model_library(package: str) -> None:
    heavy = {
        "torch",
        "transformers",
        "trl",
        "peft",
        "accelerate",
        "tokenizers",
        "safetensors",
        "numpy",
        "datasets",
    }
    wrong = [
        (path.name, name)
        for path in _modules(package)
        for name in _imports(path)
        if name.split(".")[0] in heavy
    ]
    assert not wrong


def test_every_library_imported_is_a_declared_dependency() -> None:
    declared = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        declared += extra
    names = {re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-") for requirement in declared}
    distributions = importlib.metadata.packages_distributions()
    undeclared = set()
    for package in LAYERS:
        for path in _modules(package):
            for module in (
                {name.split(".")[0] for name in _imports(path)} - set(LAYERS) - sys.stdlib_module_names
            ):
                candidates = {name.lower().replace("_", "-") for name in distributions.get(module, [module])}
                if not candidates & names:
                    undeclared.add((path.name, module))
    assert not undeclared


@pytest.mark.parametrize("folder", ["datasets", "checkpoints"])
def test_data_folders_hold_no_code(folder: str) -> None:
    assert not [*(ROOT / folder).rglob("*.py")]


def test_hugging_face_datasets_is_not_shadowed_by_the_data_folder() -> None:
    # With -c, the folder the command runs in comes first on the path, as for `python -m trace_trainer.engine.cli`.
    assert _run("import datasets; print(hasattr(datasets, 'load_dataset'))") == "True"


@pytest.mark.parametrize(
    "module",
    [
        "trace_trainer.engine.commands.audit",
        "trace_trainer.engine.commands.generate",
        "trace_trainer.engine.commands.experts",
        "trace_trainer.engine.cli",
    ],
)
def test_commands_without_a_model_start_without_torch(module: str) -> None:
    heavy = {"torch", "transformers", "sympy", "matplotlib"}
    assert _run(f"import sys, {module}; print(*({heavy} & set(sys.modules)))") == ""


def test_every_command_can_be_imported_and_has_an_example() -> None:
    code = """
from trace_trainer.engine.cli import COMMANDS, trainer
for name in COMMANDS:
    command = trainer.get_command(None, name)
    assert 'xample' in command.help and f'trainer {name}' in command.help, name
"""
    _run(code)


def test_no_file_is_called_utils() -> None:
    assert not [path for package in LAYERS for path in _modules(package) if "util" in path.stem]
