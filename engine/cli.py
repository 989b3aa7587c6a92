"""The command line, `trainer`. Each command is a file of `engine/commands/`, imported only when it is asked for.

So `trainer audit` starts without torch, and `trainer --help` without any command. What must be installed for a command
is looked for before anything else. Exit codes: 0 done, 1 the result is negative (`audit` found failing traces), 2 bad
usage, unreadable input or a full device, 130 interrupted (143 by SIGTERM, 129 by SIGHUP), 141 the reader of standard
output went away.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from functools import partial
from typing import Any, NamedTuple

import click

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.terminal.stopping import stop_now, stop_signals


class Entry(NamedTuple):
    """A command before it is imported. The click command `command` lies in `engine/commands/NAME.py`, with `_` for `-`.

    Attributes:
        line: what it does, for `trainer --help`.
        extra: what must be installed for it beyond what verifying needs; None where nothing must.
    """

    line: str
    extra: str | None = "train"


COMMANDS: dict[str, Entry] = {
    "audit": Entry("Check traces and say what is wrong with each.", None),
    "experts": Entry("List the experts, or show one expert's reference card.", None),
    "generate": Entry("Write problems with verified gold traces.", None),
    "split": Entry("Split rows into some to train on and some to measure on.", None),
    "convert": Entry("Turn real problems with worked solutions into verified traces.", None),
    "pretrain": Entry("Train a tiny base model from random weights."),
    "sft": Entry("Fine-tune a model on gold traces."),
    "rl": Entry("Train a model on its own traces, rewarded by the verifier."),
    "average": Entry("Average the weights of several runs."),
    "eval": Entry("Measure a model's accuracy on held-out problems."),
    "sample": Entry("Keep a model's right completions, as rows to train on."),
    "compare": Entry("Compare stored evaluations problem by problem.", None),
    "retention": Entry("Measure what a model has forgotten by its training."),
    "export": Entry("Write a model in the form of another program, and measure it again."),
    "solve": Entry("Answer one question with a model and show the trace."),
    "serve": Entry("Serve a model to other programs over HTTP."),
    "serve-reward": Entry("Serve the verifier's rewards to other trainers over HTTP.", "serve"),
    "demo": Entry("Show everything in a few minutes on this machine."),
    "doctor": Entry("Check a model and a data set before a long run."),
}
"""By name."""


def command_module(name: str) -> str:
    """The module that holds a command."""
    return f"trace_trainer.engine.commands.{name.replace('-', '_')}"


class LazyGroup(click.Group):
    """A group whose commands are imported when they are first used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            try:
                command: click.Command = importlib.import_module(command_module(cmd_name)).command
            except ModuleNotFoundError:
                _require_extra_of(cmd_name)
                raise
            from trace_trainer.engine.plugins import load_installed

            load_installed()
            return command
        if cmd_name.startswith("-"):
            return None
        near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
        raise UserError(f"no command {cmd_name}: {hint}")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # Help and settings are shown without the libraries, too, as far as they can be made without them.
        if args[0] in COMMANDS and set(args[1:]).isdisjoint([*ctx.help_option_names, "--show"]):
            _require_extra_of(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        from trace_trainer.engine.commands.ending import system_errors_in_one_line

        try:
            with system_errors_in_one_line():
                return super().invoke(ctx)
        except KeyboardInterrupt:  # click would begin a new line first
            raise click.Abort from None

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        from trace_trainer.engine.commands.ending import system_errors_in_one_line

        with system_errors_in_one_line():  # --help is shown here
            return super().make_context(*args, **extra)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        call = partial(super().main, *args, standalone_mode=False, **extra)
        if not standalone_mode:
            return call()
        from trace_trainer.engine.commands.ending import exit_code_of

        with stop_signals(stop_now):
            code = exit_code_of(call)
        sys.exit(code)


def _require_extra_of(name: str) -> None:
    if extra := COMMANDS[name].extra:
        require_extra(extra, f"trainer {name}")


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has its own --help with an example: trainer audit --help",
)
@click.version_option(package_name="trace-trainer", prog_name="trainer")
def trainer() -> None:
    """Train small models to write traces: programs that an executor runs and a verifier checks.

    The first thing to try: trainer demo
    """


def main() -> None:
    """The entry point of the `trainer` script."""
    trainer(prog_name="trainer")


if __name__ == "__main__":
    main()
