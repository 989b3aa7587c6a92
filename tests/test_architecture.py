"""The shape of the code base: which package and which room may import which, and what is imported when.

Every import counts: those inside functions, and those for types alone.
"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from trace_trainer.engine.cli import COMMANDS, command_module
from trace_trainer.engine.extras import EXTRAS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LAYERS = ("experts", "verifiers", "engine", "integrations")
"""Each may import itself and those before it."""
FLOORS = {
    "integrations": "inspect_ai lm_eval prime reasoning_gym trl verl\n judge problems",
    "engine": """
        cli
        commands
        benchmarks doctor
        training rewarding
        audit report pretraining exporting retention
        settings runs evaluation serving
        tasks objectives
        problems
        inference
        models rows
        terminal workers
        atomic conversation extras places plugins
        errors ranks
    """,
    "verifiers": """
        __init__
        score
        traces calls
        machine
        questions shell
        violation limits
    """,
    "experts": """
        problems
        __init__
        EXPERT
        language
    """,
}
"""The rooms of each package, top floor first: a room may import those of the floors below it, and no other.

A room is a folder, or a file beside the folders. EXPERT is each of the experts' own files.
"""
NOT_HERE = {"llama_cpp": ["llama-cpp-python"]}
"""Modules whose packages have another name and need not be installed."""
WALLS = {
    "engine.problems": ("engine.models", "engine.inference", "engine.terminal"),
    "engine.audit": ("engine.models", "engine.inference", "engine.tasks"),
    "engine.report": ("engine.models", "engine.inference"),
    "verifiers.traces": ("verifiers.machine", "verifiers.shell"),
    "verifiers.calls": ("verifiers.questions",),
}
"""What a room may not import although it stands on a lower floor."""


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


def _module(path: Path) -> str:
    """The name of a file's module, without `trace_trainer.`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {_module(path): path for package in LAYERS for path in _modules(package)}


def _files_imported(path: Path) -> set[str]:
    """The modules of this project that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from package import module` loads the module; any other name comes from the package's own file.
            modules = {name for name in within if name.removeprefix("trace_trainer.") in FILES}
            found |= modules if modules == within else modules | {str(node.module)}
    return {name for name in (name.removeprefix("trace_trainer.") for name in found) if name in FILES}


def _room(module: str) -> str:
    """The room that a module lies in: `engine.tasks`, `experts.EXPERT`."""
    package, *rest = module.split(".")
    if not rest:
        return f"{package}.__init__"
    is_expert = package == "experts" and not (ROOT / package / rest[0]).is_dir()
    return f"{package}.{'EXPERT' if is_expert else rest[0]}"


def _floor(room: str) -> int:
    """How many floors a room is from the top. Raises StopIteration where it stands on none."""
    package, name = room.split(".")
    floors = [floor.split() for floor in FLOORS[package].strip().splitlines()]
    return next(number for number, floor in enumerate(floors) if name in floor)


def _room_imports(package: str) -> Iterator[tuple[str, str, str]]:
    """Imports of another room of the package: the importing module, its room, the room imported."""
    for module, path in FILES.items():
        for imported in _files_imported(path) if module.split(".")[0] == package else ():
            here, there = _room(module), _room(imported)
            if here != there and imported.split(".")[0] == package:
                yield module, here, there


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


@pytest.mark.parametrize("package", LAYERS)
def test_every_room_stands_on_one_floor(package: str) -> None:
    names = FLOORS[package].split()
    rooms = {_room(module).split(".")[1] for module in FILES if module.split(".")[0] == package}
    rooms -= {"__init__"} - set(names)
    assert sorted(names) == sorted(rooms)


@pytest.mark.parametrize("package", LAYERS)
def test_no_room_imports_one_of_its_own_floor_or_above(package: str) -> None:
    assert [
        f"{module} imports {there}"
        for module, here, there in _room_imports(package)
        if _floor(there) <= _floor(here)
    ] == []


@pytest.mark.parametrize("package", LAYERS)
def test_no_room_looks_through_a_wall(package: str) -> None:
    assert [
        f"{module} imports {there}"
        for module, here, there in _room_imports(package)
        if there in WALLS.get(here, ())
    ] == []


def test_no_files_import_each_other_in_a_circle() -> None:
    left = {module: _files_imported(path) - {module} for module, path in FILES.items()}
    while free := {module for module, needed in left.items() if not needed & left.keys()}:
        for module in free:
            del left[module]
    # What is left lies on a circle, or imports what does.
    assert sorted(left) == []


def test_imports_for_types_and_inside_functions_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "seen.py"
    path.write_text(
        "from trace_trainer.engine.errors import UserError\n"
        "if TYPE_CHECKING:\n    from trace_trainer.engine.tasks import calls\n"
        "def late():\n    import trace_trainer.engine.places\n"
    )
    assert _files_imported(path) == {"engine.errors", "engine.tasks.calls", "engine.places"}


def test_every_module_has_one_name() -> None:
    # Prime Intellect's `verifiers` is another package, and a module under two names would be loaded twice.
    bare = re.compile(rf"({'|'.join(LAYERS)}|checkpoints)(\.\w+)*")
    wrong = []
    tests = set((ROOT / "tests").rglob("*.py")) - {Path(__file__)}  # this file names rooms
    for path in [*FILES.values(), *sorted(tests)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                names = [node.value]  # for import_module, or for a test to patch
            wrong += [(path.name, name) for name in names if bare.fullmatch(name) and name != "verifiers.v1"]
    assert not wrong


@pytest.mark.parametrize("name", [*LAYERS, "checkpoints"])
def test_nothing_of_the_project_lies_at_the_top_but_its_name(name: str, tmp_path: Path) -> None:
    code = f"from importlib.util import find_spec; import trace_trainer; print(find_spec({name!r}))"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = done.stdout.replace(
        str(ROOT / ".venv"), ""
    )  # Prime Intellect's `verifiers` may be installed in it
    assert done.returncode == 0 and str(ROOT) not in found, done.stderr


@pytest.mark.parametrize("package", ["experts", "verifiers"])
def test_experts_and_verifiers_need_no_model_library(package: str) -> None:
    heavy = {*"torch transformers trl peft accelerate tokenizers safetensors numpy datasets".split()}
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
                candidates = {
                    name.lower().replace("_", "-")
                    for name in distributions.get(module, NOT_HERE.get(module, [module]))
                }
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
    "code",
    [
        *(f"import {command_module(name)}" for name, entry in COMMANDS.items() if entry.extra is None),
        "import trace_trainer.engine.cli",
        "from trace_trainer import *",
        "import trace_trainer; [trace_trainer.load_recipe(name) for name in ('default', 'installer')]",
    ],
)
def test_what_needs_no_model_starts_without_what_training_needs(code: str) -> None:
    late = {"sympy", *(module for modules in EXTRAS.values() for module in modules)}
    assert _run(f"{code}; import sys; print(*({late} & set(sys.modules)))") == ""


def test_every_command_can_be_imported_and_has_an_example() -> None:
    code = """
from trace_trainer.engine.cli import COMMANDS, trainer
for name in COMMANDS:
    command = trainer.get_command(None, name)
    assert 'xample' in command.help and f'trainer {name}' in command.help, name
"""
    _run(code)
