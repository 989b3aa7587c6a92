"""What is missing is named in one line; what is broken keeps its own error."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from trace_trainer.engine import cli, extras
from trace_trainer.engine.cli import COMMANDS, Entry, trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import EXTRAS, require_extra
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.places import PROJECT


def run_without(modules: tuple[str, ...], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`trainer` in a process in which these modules can't be imported."""
    code = (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r}); sys.modules.update(dict.fromkeys({modules!r}));"
        "from trace_trainer.engine.cli import main; sys.argv[0] = 'trainer'; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_extras_are_those_of_the_project() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    modules = {
        extra: tuple(
            re.split(r"[<>=!~\\[; ]", requirement)[0].removesuffix("-python").replace("-", "_")
            for requirement in declared[extra]
        )
        for extra in declared.keys() - {"dev", "docs"}
    }
    assert modules == EXTRAS


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.extra is None])
def test_a_light_command_starts_without_any_extra(name: str, tmp_path: Path) -> None:
    heavy = tuple(module for modules in EXTRAS.values() for module in modules)
    done = run_without(heavy, name, "--help", cwd=tmp_path)
    assert done.returncode == 0 and f"trainer {name}" in done.stdout, done.stderr


@pytest.mark.parametrize("missing", EXTRAS["train"])
def test_any_missing_library_is_enough_to_say_so(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    result = CliRunner().invoke(trainer, ["sft", "--no-such-option"])  # before anything else is looked at
    line = "Error: trainer sft needs the extra train: pip install 'trace-trainer[train]'\n"
    assert (result.exit_code, result.stderr) == (2, line)


def test_a_folder_that_has_the_name_of_a_library_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "datasets_of_mine").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(extras.EXTRAS, "mine", ("datasets_of_mine",))
    with pytest.raises(UserError, match="it needs the extra mine"):
        require_extra("mine", "it")


@pytest.mark.parametrize(
    "line", ["import a_module_that_is_nowhere", "raise ImportError('no symbol cudaFoo')"]
)
def test_an_import_that_fails_for_another_reason_keeps_its_error(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_command.py").write_text(line)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cli, "command_module", "{}_command".format)
    monkeypatch.setitem(COMMANDS, "broken", Entry("Breaks."))
    with pytest.raises(ImportError, match=r"a_module_that_is_nowhere|no symbol cudaFoo"):
        CliRunner().invoke(trainer, ["broken"], catch_exceptions=False)


def test_help_without_a_library_that_its_command_imports_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eager_command.py").write_text("import torch")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cli, "command_module", "{}_command".format)
    monkeypatch.setitem(COMMANDS, "eager", Entry("Imports torch."))
    monkeypatch.setitem(sys.modules, "torch", None)
    result = CliRunner().invoke(trainer, ["eager", "--help"])
    assert result.exit_code == 2 and "trainer eager needs the extra train" in result.stderr


def test_four_bits_without_their_library_say_what_to_install(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(UserError) as failed:
        load_model(tiny_model_dir, four_bit=True)
    assert str(failed.value) == "method qlora needs the extra qlora: pip install 'trace-trainer[qlora]'"


def test_a_data_set_of_the_hub_without_its_library_says_what_to_install(tmp_path: Path) -> None:
    done = run_without(("datasets",), "convert", "gsm8k", "openai/gsm8k", "--out", "x.jsonl", cwd=tmp_path)
    line = (
        "Error: reading openai/gsm8k from the hub needs the extra train: pip install 'trace-trainer[train]'\n"
    )
    assert (done.returncode, done.stderr) == (2, line)
