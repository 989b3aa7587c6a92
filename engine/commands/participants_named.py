"""The participants that `trainer eval` is given, and the options that say how those are asked that do not run here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from trace_trainer.engine.commands.command import Decorated, decorated, option
from trace_trainer.engine.commands.files import Data
from trace_trainer.engine.commands.hosted_named import Hosting, hosted_models, hosted_options
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.participants import Conditions, External, Hosted, Local, Participant
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.inference.hosted.endpoint import is_address
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.free_answers import FreeAnswers, check_shots, free_answers, read_shots
from trace_trainer.engine.terminal.printable import tell

FILE = Data(dir_okay=False, path_type=Path)


class NamedFile(Data):
    """NAME=FILE, as a pair."""

    name = "NAME=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        name, equals, file = value.partition("=")
        if not (name and equals and file):
            self.fail(f"{value!r} is not NAME=FILE", param, ctx)
        return name, Path(super().convert(file, param, ctx))


class Named(NamedTuple):
    """What `participant_options` give a command; each is explained there."""

    hosting: Hosting
    external: tuple[tuple[str, Path], ...] = ()
    answers: str = "trace"
    free: tuple[str, ...] = ()
    shots: int = 0
    shots_from: Path | None = None


_OPTIONS = [
    option(
        "--external",
        type=NamedFile(),
        multiple=True,
        metavar="NAME=FILE",
        group="Model",
        help="File with what another system wrote for these problems, JSON lines with id and completion; it "
        "takes part under that name. May be repeated.",
    ),
    option(
        "--answers",
        type=click.Choice(["trace", "free"]),
        default="trace",
        show_default=True,
        group="Data",
        help="Form in which word problems are answered: traces, or free text whose last number is the answer.",
    ),
    option(
        "--free",
        multiple=True,
        metavar="MODEL",
        group="Data",
        help="One of the models, which is asked for free text beside others that write traces. May be repeated.",
    ),
    option(
        "--shots",
        type=click.IntRange(min=0, max=64),
        default=0,
        show_default=True,
        metavar="N",
        group="Data",
        help="Worked examples before each question in free text.",
    ),
    option(
        "--shots-from",
        type=FILE,
        metavar="FILE",
        group="Data",
        help="File of problems whose first ones are those examples, such as GSM8K's train.jsonl.",
    ),
]


def participant_options(command: Decorated) -> Decorated:
    """Decorate a click command with the options of Named."""
    return hosted_options(decorated(command, _OPTIONS))


def participants_of(
    models: Sequence[str], task: Task[Any], how: Mapping[str, Any], named: Named
) -> list[Participant]:
    """The models in their order, then the files of others. Raises UserError for what does not fit together.

    Args:
        how: those that run here are loaded, as `load_model` takes it.
    """
    files = dict(named.external)
    names = [*models, *(name for name in files if name not in models)]
    if len(files) < len(named.external):
        raise UserError("two files of --external have the same name")
    if lost := [name for name in named.free if name not in names]:
        raise UserError(f"--free {lost[0]} is none of the participants: {', '.join(names)}")
    if bool(named.shots) != bool(named.shots_from):
        raise UserError("--shots and --shots-from go together: how many examples, and from which file")
    is_free = dict.fromkeys(names, named.answers == "free") | dict.fromkeys(named.free, True)
    if named.shots and not any(is_free.values()):
        raise UserError("--shots are for free text: give --answers free, or name a model with --free")
    shots = read_shots(named.shots_from, named.shots) if named.shots_from else []
    hosted = iter(hosted_models([name for name in names if is_address(name)], named.hosting))
    found: list[Participant] = []
    for name in names:
        own = free_answers(task, shots) if is_free[name] else task
        if name in files:
            found.append(External(name, own, files[name]))
        elif is_address(name):
            found.append(Hosted(name, own, next(hosted)))
        else:
            found.append(Local(name, own, how))
    return found


def check_participants(
    participants: Sequence[Participant], problems: Sequence[Any], conditions: Conditions
) -> None:
    """Say on standard error which of the conditions do not hold for whom.

    Raises UserError for a name that means nothing, for decoding that nobody can be guided in, and for shots that are
    among the problems.
    """
    for participant in participants:
        participant.check()
        if isinstance(participant.task, FreeAnswers):
            check_shots(participant.task.shots, problems)
    for asked, option_name in (
        (conditions.constrain != OFF, "--constrain"),
        (conditions.gold_loss, "--gold-loss"),
    ):
        if asked and not any(isinstance(one, Local) and not one.is_free for one in participants):
            raise UserError(f"{option_name} is for models that are loaded here and not asked in free text")
    for participant in participants:
        for said in participant.unlike(conditions):
            tell(f"{participant.name} {said}")
