"""`trainer experts`: what the experts are for, and each one's reference card."""

from __future__ import annotations

import json
import sys

import click
import rich.box
from rich.markdown import Markdown
from rich.table import Table

from trace_trainer.engine.commands.command import Command, format_option, option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.experts import EXPERTS, get_expert
from trace_trainer.experts.language.cards import composition_card, reference_card
from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.verifiers.traces.grammar import trace_grammar

PIPE_COLUMNS = 160


@click.command("experts", cls=Command)
@click.argument("name", required=False)
@option(
    "--grammar",
    is_flag=True,
    help="Print the grammar of the expert's traces, or of all, in the Lark of llguidance, to decode by elsewhere.",
)
@format_option("table", "json", help="Form of the list; a card is Markdown, in json as text.")
def command(name: str | None, grammar: bool, form: str) -> None:
    """List the experts, or show the reference card of one.

    The card is Markdown: formatted on a terminal, as text elsewhere.

    \b
    Examples:
      trainer experts
      trainer experts percentage
      trainer experts composition
      trainer experts --grammar > traces.lark
    """
    try:
        if grammar:
            click.echo(trace_grammar(name), nl=False)
            return
        if name is None:
            _print_list(form)
            return
        card = composition_card() if name == COMPOSITION else reference_card(get_expert(name))
    except KeyError as error:
        raise UserError(str(error)) from None
    if form == "json":
        click.echo(json.dumps({"name": name, "card": card}, indent=2))
    elif sys.stdout.isatty():
        console_on(highlight=False).print(Markdown(card))
    else:
        click.echo(card)


def _print_list(form: str) -> None:
    if form == "json":
        listed = [
            {"name": expert.name, "purpose": expert.purpose, "operations": list(expert.own_operations)}
            for expert in EXPERTS.values()
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    table = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("expert", no_wrap=True)
    table.add_column("for")
    table.add_column("operations of its own")
    for expert in EXPERTS.values():
        table.add_row(expert.name, expert.purpose, ", ".join(expert.own_operations) or "-")
    console = console_on(width=PIPE_COLUMNS, highlight=False)
    console.print(table)
    click.echo(
        f"Every expert has {', '.join(CORE_OPERATIONS)}. A trace of several sub-traces is a composition."
    )
    click.echo(
        "One expert's reference card: trainer experts NAME; that of compositions: trainer experts composition"
    )
