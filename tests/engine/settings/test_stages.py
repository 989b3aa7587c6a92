"""Settings: every value is read, checked or refused, and all errors are told at once."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.commands.options import options
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.settings.recipes import config_from, load_recipe, recipe_from, recipe_names
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.settings.tuning import TuningConfig


def write(folder: Path, text: str) -> str:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def error_of(recipe: str, **sections: dict[str, Any]) -> str:
    with pytest.raises(UserError) as caught:
        load_recipe(recipe, **sections)
    return caught.value.message


def test_override_wins_over_the_recipe_and_the_recipe_over_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, "sft: {epochs: 3, rank: 4}")
    sft = load_recipe(path, sft={"rank": 8}).sft
    assert (sft.epochs, sft.rank, sft.alpha) == (3.0, 8, SFTConfig().alpha)


def test_unknown_key_names_the_nearest_one() -> None:
    assert "unknown key sft.lerning_rate (did you mean learning_rate?)" in error_of(
        "default", sft={"lerning_rate": 1}
    )


def test_unknown_section_names_the_nearest_one(tmp_path: Path) -> None:
    assert "unknown key stf (did you mean sft?)" in error_of(write(tmp_path, "stf: {}"))


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    message = error_of(
        write(tmp_path, "sft: {epochs: many, rank: 0}\nrl: {temperature: 0, klx: 1}\nnotes: x"),
        sft={"method": "lra"},
    )
    for part in ("sft.epochs", "sft.rank", "sft.method", "rl.temperature", "rl.klx", "notes"):
        assert part in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("section", "key", "value", "expected"),
    [
        ("sft", "rank", 2.0, "a whole number"),
        ("sft", "rank", True, "a whole number"),
        ("sft", "rank", "8.5", "a whole number"),
        ("sft", "epochs", "nan", "a number"),
        ("sft", "epochs", None, "a number"),
        ("sft", "epochs", 0, "above 0"),
        ("sft", "warmup_ratio", 1.5, "at most 1"),
        ("sft", "card", "yes", "true or false"),
        ("sft", "model", 7, "text"),
        ("sft", "model", "", "text"),
        ("sft", "target_modules", 7, "a list of names"),
        ("rl", "experts", ["arithmetic", "algbra"], "one of algebra"),
        ("rl", "objective", "ppo", "one of grpo"),
        ("rl", "reward", "gate", "did you mean gated?"),
    ],
)
def test_bad_value_is_refused_saying_what_it_must_be(
    section: str, key: str, value: Any, expected: str
) -> None:
    message = error_of("default", **{section: {key: value}})
    assert f"{section}.{key} must be " in message
    assert expected in message


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("learning_rate", "1e-4", 1e-4),
        ("learning_rate", 1, 1.0),
        ("rank", "8", 8),
        ("data", "none", None),
        ("target_modules", "q_proj, v_proj", ("q_proj", "v_proj")),
        ("target_modules", ["q_proj"], ("q_proj",)),
    ],
)
def test_value_is_stored_in_its_declared_type(key: str, value: Any, stored: Any) -> None:
    read = getattr(load_recipe(sft={key: value}).sft, key)
    assert read == stored
    assert type(read) is type(stored)


def test_key_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    assert "the key rank occurs twice" in error_of(write(tmp_path, "sft:\n  rank: 1\n  rank: 2\n"))


@pytest.mark.parametrize("text", ["- sft", "sft: [1]", "sft: {", "\tsft: x"])
def test_file_that_is_no_recipe_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    assert "\n" not in error_of(write(tmp_path, text))


def test_unknown_recipe_names_the_nearest_one() -> None:
    assert "did you mean default?" in error_of("defalt")
    assert f"there are {', '.join(recipe_names())}" in error_of("zzz")


def test_settings_survive_being_stored(tmp_path: Path) -> None:
    config = SFTConfig(target_modules=("a", "b"), learning_rate=3e-7, data=None)
    assert config_from("sft", dataclasses.asdict(config), "here") == config


@pytest.mark.parametrize("config", [SFTConfig, RLConfig])
def test_defaults_satisfy_their_own_checks(config: type[TuningConfig]) -> None:
    kind = "sft" if config is SFTConfig else "rl"
    assert config_from(kind, dataclasses.asdict(config()), "here") == config()


@pytest.mark.parametrize("config", [SFTConfig, RLConfig])
def test_every_setting_is_read_somewhere(config: type[TuningConfig]) -> None:
    own = PROJECT / "engine" / "settings" / "stages.py"
    readers = inspect.getsource(TuningConfig.make_task), inspect.getsource(vars(RLConfig)["clipping"].fget)
    sources = "".join(readers).replace("self.", "config.")
    sources += "".join(
        path.read_text(encoding="utf-8") for path in (PROJECT / "engine").rglob("*.py") if path != own
    )
    unread = [
        item.name for item in dataclasses.fields(config) if not re.search(rf"config\.{item.name}\b", sources)
    ]
    assert unread == []


def test_every_setting_is_an_option_of_the_command_line() -> None:
    given: dict[str, Any] = {}

    @click.command()
    @options("rl")
    def command(**values: Any) -> None:
        given.update(values)

    result = CliRunner().invoke(
        command, ["--iters", "3", "--learning-rate", "1e-5", "--no-card", "--expert", "percentage"]
    )
    assert result.exit_code == 0, result.output
    assert set(given) == {item.name for item in dataclasses.fields(RLConfig)}
    rl = recipe_from("rl", "default", given).rl
    assert (rl.iterations, rl.learning_rate, rl.card, rl.experts) == (3, 1e-5, False, ("percentage",))


@pytest.mark.parametrize(
    ("stage", "option", "value"),
    [
        ("sft", "count", 9),
        ("sft", "wording", "plain"),
        ("rl", "wording", "any"),
        ("rl", "experts", ("percentage",)),
    ],
)
def test_an_option_of_generated_problems_beside_a_file_is_refused(
    stage: str, option: str, value: Any
) -> None:
    with pytest.raises(
        UserError,
        match=f"^--{option.removesuffix('s')} is of generated problems; a file of --data is used whole",
    ):
        recipe_from(stage, "default", {"data": "own.jsonl", option: value})
    assert getattr(recipe_from(stage, "default", {"data": "own.jsonl", option: None}), stage).data == (
        "own.jsonl",
    )


def test_a_wording_that_the_task_does_not_have_is_refused() -> None:
    assert error_of("default", sft={"task": "functions"}) == (
        "recipe default: sft.wording chooses among problems of installer and traces, not of functions: take the recipe "
        "functions, or give --wording any"
    )
    assert load_recipe("default", sft={"task": "functions", "wording": "any"}).sft.task == "functions"
    assert load_recipe("default", sft={"task": "installer"}).sft.wording == "plain"


@pytest.mark.parametrize(
    ("instructions", "settled"),
    [
        ({"amx_bf16": True}, "bfloat16"),
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": False, "avx2": True}, "float32"),
    ],
)
def test_auto_is_what_the_processor_has_instructions_for(
    instructions: dict[str, bool], settled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: instructions)
    assert SFTConfig(dtype="auto").settled().dtype == settled
    assert load_recipe("default", rl={"dtype": "auto"}).rl.settled().dtype == settled
