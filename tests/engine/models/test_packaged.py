"""Models that come as packages: unpacked once, whole or not at all; the real one is a slow test."""

from __future__ import annotations

import json
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from transformers import AutoTokenizer

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models import packaged
from trace_trainer.engine.models.chat import completion_text, prompt_text, training_rows, turn_end_id
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.models.names import embedded_models, portable_path
from trace_trainer.engine.models.packaged import PACKAGES, give_template, unpack, unpacked_folder
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.tuning import load_trainable

NAME = "gemma3-270m"
ADAPTER = PROJECT / "checkpoints" / "gsm8k-gemma3-270m"
NEEDS_PACKAGE = pytest.mark.skipif(
    find_spec(PACKAGES[NAME]) is None, reason="the extra gemma is not installed"
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRAINER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The packages, as far as finding them goes."""
    package = ModuleType(PACKAGES[NAME])
    package.__file__ = str(tmp_path / "site" / "__init__.py")
    for module in (package, ModuleType("gguf")):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return package


@pytest.fixture
def converted(tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were written; what is written there is a tiny model."""
    written = []

    def convert(package: Any, folder: Path) -> None:
        loaded = load_model(tiny_model_dir)
        loaded.save(folder)
        written.append(folder)

    monkeypatch.setattr(packaged, "_convert", convert)
    return written


def test_a_model_whose_package_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGES[NAME], None)
    with pytest.raises(UserError) as failed:
        load_model(NAME)
    assert (
        str(failed.value) == "the model gemma3-270m needs the extra gemma: pip install 'trace-trainer[gemma]'"
    )


def test_it_is_unpacked_once_with_the_licence_notice(
    installed: ModuleType, converted: list[Path], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load_model(NAME)
    notice = capsys.readouterr().err
    assert "Gemma Terms of Use" in notice and str(Path(installed.__file__ or "").parent / "data") in notice
    assert first.path == str(cache.resolve() / NAME)
    load_model(NAME)
    assert len(converted) == 1 and capsys.readouterr().err == ""
    assert [path.name for path in cache.iterdir()] == [NAME]


def test_an_adapter_of_it_finds_it_by_name(
    installed: ModuleType, converted: list[Path], tmp_path: Path
) -> None:
    assert portable_path(load_model(NAME).path) == NAME
    adapted = load_trainable(NAME, SFTConfig(model=NAME, method="lora", rank=2, alpha=4))
    with warnings.catch_warnings(action="error"):
        adapted.save(tmp_path / "adapter")
    again = load_model(tmp_path / "adapter", keep_adapter=True)
    assert again.is_adapter and len(converted) == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Assembled file sha256 did not match"),
        OSError("No space left"),
        ModuleNotFoundError("No module named part1"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(
    error: Exception, installed: ModuleType, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(package: Any, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "half").touch()
        raise error

    monkeypatch.setattr(packaged, "_convert", convert)
    with pytest.raises(UserError, match=f"can't unpack gemma3-270m: {error}; install its package again"):
        unpack(NAME)
    assert list(cache.iterdir()) == []


def test_an_unknown_name_lists_the_packaged_models() -> None:
    with pytest.raises(UserError, match=r"there is no model gemma3-27m .did you mean gemma3-270m"):
        load_model("gemma3-27m")


def test_the_template_renders_turns_of_gemmas_tokens(tiny_model_dir: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model_dir)
    with pytest.raises(ValueError, match="its tokenizer has no <start_of_turn> and no <end_of_turn>"):
        give_template(tokenizer)
    tokenizer.add_special_tokens({"extra_special_tokens": ["<start_of_turn>", "<end_of_turn>"]})
    give_template(tokenizer)
    prompt = Prompt([{"role": "system", "content": "Card."}, {"role": "user", "content": "How many?"}])
    assert prompt_text(tokenizer, prompt) == (
        f"{tokenizer.bos_token}<start_of_turn>user\nCard.\n\nHow many?<end_of_turn>\n<start_of_turn>model\n"
    )
    (row,) = training_rows(tokenizer, [(prompt, {"role": "assistant", "content": "expert: x"})])
    assert row.completion_ids[-1] == turn_end_id(tokenizer) == tokenizer.eos_token_id
    assert completion_text(tokenizer, row.completion_ids) == "expert: x"


def test_the_embedded_adapter_is_small_brings_its_terms_and_finds_its_base_by_name() -> None:
    config = json.loads((ADAPTER / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == NAME
    assert (ADAPTER / "adapter_model.safetensors").stat().st_size < 16_000_000
    assert embedded_models()[ADAPTER.name] == ADAPTER
    assert "Gemma is provided under and subject to the Gemma Terms of Use" in (ADAPTER / "NOTICE").read_text()
    assert "Prohibited Use Policy" in (ADAPTER / "GEMMA_TERMS.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@NEEDS_PACKAGE
def test_the_embedded_adapter_solves_a_problem() -> None:
    question = "A shirt costs $40. It is sold at a discount of 25%. How much does the shirt cost now?"
    result = CliRunner().invoke(trainer, ["solve", "--model", ADAPTER.name, "--dtype", "auto", question])
    assert result.exit_code == 0, result.output
    assert "answer 30 " in result.stdout


@pytest.mark.slow
@NEEDS_PACKAGE
def test_the_real_one_unpacks_and_goes_on_with_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_model(NAME)
    assert unpacked_folder(NAME).is_dir()
    ids = loaded.tokenizer("The capital of France is", return_tensors="pt")
    written = loaded.tokenizer.decode(loaded.model.generate(**ids, max_new_tokens=12, do_sample=False)[0])
    assert "France" in written.removeprefix("<bos>The capital of France")
    prompt = Prompt([{"role": "user", "content": "How many?"}])
    (row,) = training_rows(loaded.tokenizer, [(prompt, {"role": "assistant", "content": "expert: x\n"})])
    assert row.completion_ids[-1] == loaded.tokenizer.eos_token_id
