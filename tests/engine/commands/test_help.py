"""`trainer COMMAND --help`: the same things said the same way by every command."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import COMMANDS, trainer
from trace_trainer.engine.settings.declaring import GROUPS
from trace_trainer.engine.settings.recipes import SECTIONS, load_recipe

NAMES = [*COMMANDS, "convert gsm8k"]


def help_of(*words: str) -> str:
    result = CliRunner().invoke(trainer, [*words, "--help"], terminal_width=100)
    assert result.exit_code == 0, result.output
    return result.output


def joined(text: str) -> str:
    return " ".join(text.split())


def command_of(name: str) -> click.Command:
    command: click.Command = trainer
    for word in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    return command


def options_of(name: str) -> Iterator[click.Option]:
    command = command_of(name)
    context = click.Context(command, help_option_names=["-h", "--help"])  # click remembers the first ones
    return (param for param in command.get_params(context) if isinstance(param, click.Option))


@pytest.mark.parametrize("name", NAMES)
def test_every_line_stands_by_itself(name: str) -> None:
    for option in options_of(name):
        assert re.fullmatch(r"[A-Z].*\.", option.help or "", re.DOTALL), (option.opts, option.help)
        assert not re.match(r"(Of|Only|For|With|In which) ", option.help or ""), (option.opts, option.help)


@pytest.mark.parametrize("name", NAMES)
def test_no_option_is_declared_twice(name: str) -> None:
    found = [spelling for option in options_of(name) for spelling in option.opts]
    assert len(found) == len(set(found)), sorted(found)


@pytest.mark.parametrize("name", NAMES)
def test_values_have_names_that_mean_something(name: str) -> None:
    text = help_of(*name.split())
    text = text.partition("\n\n")[2]  # without the arguments
    assert not re.search(
        r"-\w+ (INTEGER|INT|FLOAT|STR|TEXT RANGE|TUPLE|BOOLEAN|PATH|FILENAME|RANGE)( |$)", text, re.MULTILINE
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_the_common_options_an_example_and_its_exit_codes(name: str) -> None:
    text = help_of(*name.split())
    for shown in ("-q, --quiet", "-v, --verbose", "--plugin FILE.py", "-h, --help"):
        assert shown in text
    assert f"trainer {name}" in text.partition("xample")[2]
    codes = joined(text).rpartition("Exit codes: ")[2]
    assert codes.startswith("0 ") and "2 bad usage or unreadable input" in codes
    assert ("1 " in re.sub(r"\d{2,}", "", codes)) == (
        name in ("audit", "solve", "doctor", "sft", "rl", "export", "retention")
    )


@pytest.mark.parametrize("name", ["sft", "rl", "eval", "solve", "doctor"])
def test_options_stand_in_groups_in_one_order(name: str) -> None:
    titles = re.findall(r"^(\w+):$", help_of(name), re.MULTILINE)
    groups = [title for title in titles if title in GROUPS]
    assert groups == [group for group in GROUPS if group in groups] and len(groups) > 3


def test_defaults_stand_beside_what_the_recipe_says() -> None:
    text = joined(help_of("sft"))
    assert "-n, --count N" in text and "[default: 8000; 15000 in the recipe default]" in text
    assert "[default: 512]" in text


def test_help_shows_the_values_of_the_recipe_that_is_named() -> None:
    text = joined(CliRunner().invoke(trainer, ["rl", "--recipe", "lora", "--help"]).output)
    assert "[default: 0.0001; 2e-05 in the recipe lora]" in text
    assert load_recipe("lora").rl.learning_rate == 2e-5


def test_choices_are_shown_as_choices() -> None:
    assert "--method [full|lora|qlora|last-k]" in help_of("sft")
    assert "--reward [gated|ladder|binary]" in help_of("rl")


@pytest.mark.parametrize(
    ("option", "commands"),
    [
        (
            "--call-format",
            (
                "sft",
                "rl",
                "eval",
                "generate",
                "audit",
                "doctor",
                "solve",
                "serve",
                "sample",
                "serve-reward",
                "export",
            ),
        ),
        (
            "--format",
            ("audit", "compare", "eval", "doctor", "experts", "retention", "solve", "split", "convert gsm8k"),
        ),
        (
            "--column",
            ("sft", "rl", "eval", "audit", "doctor", "split", "convert gsm8k", "sample", "serve-reward"),
        ),
        ("--reward", ("rl", "eval", "audit", "sample", "serve-reward")),
        ("--expert", ("sft", "rl", "eval", "generate", "solve", "sample", "export")),
        ("--count", ("sft", "eval", "generate", "audit", "sample", "export")),
        ("--eval-count", ("sft", "rl")),
        ("--show", ("sft", "rl", "doctor")),
    ],
)
def test_one_name_means_one_thing_in_every_command(option: str, commands: tuple[str, ...]) -> None:
    having = [name for name in NAMES if any(option in found.opts for found in options_of(name))]
    assert sorted(having) == sorted(commands)


@pytest.mark.parametrize(
    ("short", "long"), [("-m", "--model"), ("-n", "--count"), ("-o", "--out"), ("-q", "--quiet")]
)
def test_short_options_mean_the_same_everywhere(short: str, long: str) -> None:
    for name in NAMES:
        for option in options_of(name):
            assert (short in option.opts) == (long in option.opts), (name, option.opts)


def test_former_names_are_accepted_and_not_shown() -> None:
    former = {
        "sft": ("--eval-problems", "--experts"), "rl": ("--eval-problems", "--experts"), "eval": ("--n", "--policy"),
        "audit": ("--policy",),
    }  # fmt: skip
    for name, options in former.items():
        shown = help_of(name)
        for option in options:
            assert not re.search(rf"{option}\b(?!-)", shown), option
            result = CliRunner().invoke(trainer, [name, option])
            assert "requires an argument" in result.output, result.output


def test_a_setting_stands_in_a_group_that_exists() -> None:
    for config in SECTIONS.values():
        for item in config.__dataclass_fields__.values():
            assert item.metadata["group"] in GROUPS, item.name
