"""`trainer generate`: problems with gold traces, every one of them verified before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from engine.errors import UserError
from engine.problem_files import problem_line, write_problems
from engine.progress import track
from experts import EXPERT_NAMES
from experts.problems import SPLITS, Problem, generate
from verifiers import verify_trace


class GoldFailsError(Exception):
    """A generated gold trace does not verify: a schema of this project is wrong, not what the user asked for."""


def verified(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems as they come. Raises GoldFailsError, naming the schema, where a trace is not `correct`."""
    for problem in problems:
        verdict = verify_trace(problem.trace or "", problem.question, problem.answer, problem.expert)
        if verdict.outcome != "correct":
            found = "; ".join(f"{violation.code}: {violation.message}" for violation in verdict.violations)
            raise GoldFailsError(
                f"schema {problem.source}: the gold trace is {verdict.outcome} ({found})\n"
                f"{problem.question}\n{problem.trace}"
            )
        yield problem


@click.command("generate")
@click.option(
    "--split", type=click.Choice(SPLITS), default="train", show_default=True, help="Splits share no question."
)
@click.option(
    "--count", type=click.IntRange(min=1), default=1000, show_default=True, help="How many problems."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other problems.")
@click.option(
    "--expert",
    "experts",
    multiple=True,
    type=click.Choice(EXPERT_NAMES),
    help="Only of this expert. May be repeated.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write there, whole or not at all."
)
def command(split: str, count: int, seed: int, experts: tuple[str, ...], out: str | None) -> None:
    """Write problems with gold traces as JSON lines.

    Every gold trace has been verified. The same options give the same problems.

    \b
    Examples:
      trainer generate --count 5
      trainer generate --split test_numbers --count 500 --expert percentage --out percentage.jsonl
    """
    drawn = verified(generate(split, count, seed, experts or None))
    problems = track(drawn, "generate", count, "problems", streaming=out is None)
    try:
        if out is not None:
            write_problems(out, problems)
        else:
            for problem in problems:
                click.echo(problem_line(problem), nl=False)
    except ValueError as error:
        raise UserError(str(error)) from None
