"""`trainer solve`: one question or one conversation, what a model writes for it, and what its verifier makes of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from trace_trainer.engine.commands.command import (
    Command,
    NameList,
    flat,
    format_option,
    option,
    seed_option,
)
from trace_trainer.engine.commands.files import Data
from trace_trainer.engine.commands.hosted_named import Hosting, any_model_option, hosted_options, models_named
from trace_trainer.engine.commands.models_asked import asked_task, default_model
from trace_trainer.engine.commands.options import (
    constrain_options,
    context_option,
    loading_options,
    max_new_tokens_option,
    task_options,
    temperature_option,
)
from trace_trainer.engine.commands.problems_asked import card_option, samples_option
from trace_trainer.engine.commands.solution_shown import print_solution, print_turn
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.asking import NOT_TOLD, make_ready
from trace_trainer.engine.evaluation.dialogue import Dialogue, Turn
from trace_trainer.engine.evaluation.solving import solve
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.inference.hosted.endpoint import is_address
from trace_trainer.engine.tasks import DEFAULT_TASK, Task
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable_json, tell
from trace_trainer.experts import expert_names
from trace_trainer.verifiers.calls.tools import ToolSchemaError, read_tools

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.asking import AnyModel

FILE = Data(dir_okay=False, path_type=Path)


@click.command("solve", cls=Command, done="every reply verifies", negative="one does not")
@click.argument("question", default="-")
@any_model_option
@loading_options
@hosted_options
@task_options
@option(
    "--tools", type=FILE, metavar="FILE", group="Data", help="JSON or YAML file with a list of tool schemas."
)
@option(
    "--machine",
    type=FILE,
    metavar="FILE",
    group="Data",
    help="JSON or YAML file that describes the simulated machine.",
    show_default="an empty disk of 500 GB, UEFI",
)
@option(
    "--turn",
    "turns",
    multiple=True,
    metavar="TEXT",
    group="Data",
    help="What you say after the reply to QUESTION, for models that call tools. May be repeated.",
)
@card_option("if it was trained with it")
@context_option
@samples_option("How many traces vote on the answer.")
@temperature_option
@max_new_tokens_option
@option(
    "--expert",
    "experts",
    type=NameList(expert_names),
    multiple=True,
    callback=flat,
    group="Rollouts",
    help="Expert that a trace must name; another trace is no answer. May be repeated.",
)
@constrain_options
@format_option("text", "json")
@seed_option("Seed of the sampling.")
def command(
    question: str, model: str | None, dtype: str, device: str, base: str | None, task_name: str | None,
    call_format: str | None, card: bool | None, form: str, **given: Any,
) -> None:  # fmt: skip
    """Answer one QUESTION with a model, and show what it wrote and what came of it.

    A trace is shown with the value of every step; calls of tools with what is wrong with them; a command line with what
    the simulated machine says and what it changes there. Without QUESTION, or with -, it is read from standard input.

    \b
    Examples:
      trainer solve "A shirt costs $40. It is 20% off. How much is it now?"
      trainer solve --samples 8 --format json - < question.txt
      trainer solve --task installer "list the disks" --turn "install to sda"
      trainer solve --task functions --tools tools.json "What is the weather in Rome?"
      trainer solve --card --model http://127.0.0.1:8000/v1 "Tom has 3 apples and buys 4. How many has he?"
    """
    asked = _read_question(question, given["turns"])
    how = {"dtype": dtype, "device": device, "base": base}
    hosting = Hosting(**{name: given.pop(name) for name in Hosting._fields})
    name = model or default_model(task_name or DEFAULT_TASK)
    task = asked_task([name], task_name, call_format, card, given["context"])
    task.check_constraint(given["constrain"])
    _check(name, task, given)
    dialogue = None
    if isinstance(task, CallTask):
        dialogue = Dialogue(task, _tools(task, given["tools"]), _machine(task, given["machine"]))
    with contextlib.closing(models_named([name], how, hosting)) as models:
        found = next(models)
        if dialogue is not None:
            make_ready(found, task)
            verified = _hold_conversation(found, dialogue, asked, form, given)
        else:
            verified = _solve_question(found, task, asked, form, given)
    click.get_current_context().exit(0 if verified else 1)


def _read_question(argument: str, turns: Sequence[str]) -> str:
    """The question, from standard input where none was given. Raises UserError for what is no text."""
    question = argument.strip()
    try:
        if question in ("", "-"):
            question = sys.stdin.read().strip()
        for text in (question, *turns):
            text.encode()
    except UnicodeError:
        raise UserError("what is asked is no text in UTF-8") from None
    if not question:
        raise UserError(
            'there is no question; give one: trainer solve "Tom has 3 apples and buys 4. How many has he?"'
        )
    return question


def _check(name: str, task: Task[Any], given: Mapping[str, Any]) -> None:
    """Raise UserError for a task whose replies don't verify by themselves, and for options that mean nothing for it."""
    of_calls = {"--tools": given["tools"], "--machine": given["machine"], "--turn": given["turns"]}
    of_traces = {"--samples": given["samples"], "--expert": given["experts"]}
    if isinstance(task, TraceTask):
        _refuse(of_calls, f"is for models that call tools; {name} writes traces")
    elif isinstance(task, CallTask):
        _refuse(of_traces, f"is for models that write traces; {name} calls tools")
    else:
        raise UserError(
            f"the task {task.name} has no reply that verifies by itself; trainer eval measures it"
        )
    if is_address(name):
        if given["constrain"] != OFF:
            raise UserError(
                f"{name} is not loaded here, so its decoding can't be constrained: leave --constrain out"
            )
        if isinstance(task, TraceTask) and not task.card:
            tell(f"{name} {NOT_TOLD}")


def _refuse(given: Mapping[str, Any], reason: str) -> None:
    """Raise UserError for an option that was given and means nothing here."""
    for name, value in given.items():
        if value not in (None, (), 1):
            raise UserError(f"{name} {reason}")


def _solve_question(
    model: AnyModel, task: Task[Any], question: str, form: str, given: Mapping[str, Any]
) -> bool:
    """Answer by a trace, and print it. Whether it verifies."""
    samples, temperature = given["samples"], given["temperature"]
    if temperature is None:
        temperature = SAMPLING_TEMPERATURE if samples > 1 else 0.0
    solution = solve(
        model,
        question,
        samples=samples,
        temperature=temperature,
        max_new_tokens=given["max_new_tokens"],
        task=task,
        experts=given["experts"],
        constrain=given["constrain"],
        seed=given["seed"],
    )
    if form == "json":
        click.echo(printable_json(solution.to_json(), indent=2))
    else:
        print_solution(solution, console_on())
    return solution.solved


def _hold_conversation(
    model: AnyModel, dialogue: Dialogue, question: str, form: str, given: Mapping[str, Any]
) -> bool:
    """Say each turn to a model that calls tools, and print its replies. Whether all of them verify."""
    turns: list[Turn] = []
    console = console_on()
    for said in (question, *given["turns"]):
        turn = dialogue.ask(
            model,
            said,
            constrain=given["constrain"],
            temperature=given["temperature"] or 0.0,
            max_new_tokens=given["max_new_tokens"],
            seed=given["seed"] + len(turns),
        )
        turns.append(turn)
        if form == "text":
            print_turn(turn, console)
    if form == "json":
        figures = {"model": model.name, "turns": [turn.to_json() for turn in turns]}
        click.echo(printable_json(figures, indent=2))
    return all(turn.verified for turn in turns)


def _tools(task: CallTask, file: Path | None) -> list[dict[str, Any]]:
    """The tools of a file, or those that the task always has, in the form that chat templates take."""
    if file is None:
        if not (own := task.own_tools()):
            raise UserError(f"the task {task.name} needs tools to call: give their schemas with --tools FILE")
        return own
    held = _read_file(file)
    try:
        read_tools(held)
    except (ToolSchemaError, TypeError, AttributeError) as error:
        raise UserError(f"{file}: {error}") from None
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in held]


def _machine(task: CallTask, file: Path | None) -> Any:
    """The machine of a file, or the one that a conversation of the task starts with; None where it has none."""
    if file is None:
        return task.own_machine()
    from trace_trainer.verifiers.machine import Machine, MachineSpecError

    try:
        return Machine.from_spec(_read_file(file))
    except MachineSpecError as error:
        raise UserError(f"{file}: {error}") from None


def _read_file(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))  # JSON is YAML
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"can't read {file}: {' '.join(str(error).split())}") from None
