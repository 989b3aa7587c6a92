"""`trainer retention`: what a model still can after training, beside what it could before."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import Command, Number, format_option, option, refuse_given
from trace_trainer.engine.commands.command_line import given_command
from trace_trainer.engine.commands.files import Data, Model, Output
from trace_trainer.engine.commands.options import loading_options
from trace_trainer.engine.commands.retention_result import print_retention
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.retention.figures import retained, retained_shares
from trace_trainer.engine.retention.harness import Figures, Harness
from trace_trainer.engine.retention.record import Retention
from trace_trainer.engine.retention.scoring import Scores, score_suite, text_count
from trace_trainer.engine.retention.suite import Suite, embedded_suite
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress


@click.command("retention", cls=Command, negative="a task lost more than --max-loss")
@option(
    "--before", type=Model(), required=True, metavar="MODEL", group="Model", help="Model before the training."
)
@option("--after", type=Model(), required=True, metavar="MODEL", group="Model", help="Model after it.")
@loading_options
@option(
    "--max-loss",
    type=Number(0, 1),
    default=0.05,
    show_default=True,
    metavar="SHARE",
    group="Evaluation",
    help="Loss of a task above which the command ends with 1: of accuracy, and for plain text the share of bits that "
    "it takes more.",
)
@option(
    "--tasks",
    metavar="NAME,...",
    group="Evaluation",
    help="Tasks of lm-evaluation-harness that are measured too (extra eval).",
)
@option(
    "--include",
    type=Data(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    group="Evaluation",
    help="Folder with more task files of the harness, which may read data that lies here.",
)
@option(
    "--limit",
    type=click.IntRange(2, MOST),
    metavar="N",
    group="Evaluation",
    help="Documents of each of these tasks.",
    show_default="all",
)
@format_option("table", "markdown", "json")
@option(
    "--out",
    "-o",
    type=Output(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the result there, whole or not at all.",
)
def command(
    before: str, after: str, max_loss: float, tasks: str | None, include: Path | None, limit: int | None, form: str,
    out: Path | None, **how: Any,
) -> None:  # fmt: skip
    """Measure what a model has forgotten: the same tasks before and after its training.

    The tasks are shipped and need no network: the perplexity of plain text, copying, arithmetic, and sentences to
    complete, the last three by the probability of several ways to go on. Both models read the text as it is, without
    a chat template. Differences are paired by item, with 95 % intervals. As Markdown it is a record: the figures,
    date, device and command. --tasks adds public tasks.

    \b
    Examples:
      trainer retention --before tiny-base --after my-run
      trainer retention --before gemma3-270m --after my-run --max-loss 0.1
      trainer retention --before my-base --after my-run --format markdown --out retention.md
      trainer retention --before my-base --after my-run --tasks hellaswag,gsm8k --limit 200
    """
    for name in (before, after):
        resolve(name)
    if tasks is None:
        refuse_given(("include", "limit"), "is for --tasks")
    harness = None if tasks is None else Harness([name.strip() for name in tasks.split(",")], include, limit)
    suite = embedded_suite()
    (old, old_public), (new, new_public) = (_scored(name, suite, harness, how) for name in (before, after))
    figures = retained(suite, old, new) + retained_shares(old_public, new_public)
    result = Retention.of(suite.version, old, new, figures, given_command(("out", "form")), harness)
    with atomic_write(out) if out else contextlib.nullcontext(sys.stdout) as stream:
        print_retention(result, form, stream)
    lost = result.lost(max_loss)
    for figure in lost:
        tell(
            f"{figure.task} lost {figure.loss:.1%} of {figure.metric}, more than --max-loss {max_loss:g} allows"
        )
    if lost:
        raise SystemExit(1)


def _scored(name: str, suite: Suite, harness: Harness | None, how: dict[str, Any]) -> tuple[Scores, Figures]:
    """What one model made of all tasks. It is let go of before the next is loaded."""
    loaded = load_model(name, **how)
    with Progress(loaded.name, total=text_count(suite), unit="texts") as bar:
        scores = score_suite(loaded, suite, bar.advance)
    return scores, harness.score(loaded) if harness else {}
