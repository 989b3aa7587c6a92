"""Pages of the site that are made when it is built: the commands from their own help, Python from its docstrings.

README, CONTRIBUTING and CHANGELOG, which lie beside docs/, become pages of it, with their links moved.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from trace_trainer.engine.cli import COMMANDS, trainer
from trace_trainer.engine.commands.command import Command

BESIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages beside docs/, and what they are called on the site."""

PYTHON = {
    "Verify": [
        "trace_trainer.verifiers.traces.verify.verify_trace",
        "trace_trainer.verifiers.traces.verdict.Verdict",
        "trace_trainer.verifiers.traces.verdict.Outcome",
        "trace_trainer.verifiers.traces.verdict.Stage",
        "trace_trainer.verifiers.calls.verify.verify_call",
        "trace_trainer.verifiers.calls.verdict.CallVerdict",
        "trace_trainer.verifiers.violation.Violation",
        "trace_trainer.engine.audit.batches.verify_batch",
    ],
    "Reward": ["trace_trainer.verifiers.score.score", "trace_trainer.verifiers.score.reward"],
    "The simulated machine": [
        "trace_trainer.verifiers.machine.machine.Machine",
        "trace_trainer.verifiers.machine.machine.Result",
        "trace_trainer.verifiers.machine.effects.compare_effects",
    ],
    "Recipes": ["trace_trainer.engine.settings.recipes.load_recipe"],
    "What plugins declare": [
        "trace_trainer.experts.language.declaration.expert",
        "trace_trainer.experts.language.declaration.Expert",
        "trace_trainer.experts.problems.schema.schema",
        "trace_trainer.engine.tasks.task.declare_task",
        "trace_trainer.engine.tasks.task.Task",
    ],
    "In other trainers": [
        "trace_trainer.integrations.trl.reward_function",
        "trace_trainer.integrations.verl.compute_score",
        "trace_trainer.integrations.judge.Judge",
    ],
}
"""The public names, by heading, each where it is defined."""

_CODE = re.compile(r"`([^`]+)`")
_BAR = r"\|"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    root = Path(config.config_file_path).parent
    pages = {page: moved((root / source).read_text(encoding="utf-8")) for source, page in BESIDE.items()}
    pages["commands.md"] = "\n".join(commands_page())
    pages["python.md"] = "\n".join(python_page())
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """A bar in code in a table is escaped, as GitHub wants it; Python's Markdown would show the backslash."""
    return re.sub(r"^\|.*\|$", lambda row: _CODE.sub(_code, row[0]), markdown, flags=re.MULTILINE)


def _code(found: re.Match[str]) -> str:
    return f"<code>{html.escape(found[1]).replace(_BAR, '&#124;')}</code>" if _BAR in found[1] else found[0]


def moved(text: str) -> str:
    """A page from beside docs/, with its links as they are from within."""
    text = text.replace("](docs/examples)", "](plugins.md)").replace("](docs/", "](")
    return re.sub(r"\]\((\w+\.md)(?=[#)])", lambda found: f"]({BESIDE.get(found[1], found[1])}", text)


def python_page() -> Iterator[str]:
    """The public names with their docstrings, which mkdocstrings puts there."""
    yield "# Python\n"
    yield "`from trace_trainer import ...` has what verifies, rewards and reads recipes; the rest is imported from"
    yield "where it is shown. [plugins.md](plugins.md) has an example of each declaration.\n"
    for heading, names in PYTHON.items():
        yield f"## {heading}\n"
        yield from (f"::: {name}\n" for name in names)


def commands_page() -> Iterator[str]:
    """Every command, as its `--help` has it."""
    yield "# Commands\n"
    above = click.Context(trainer, info_name="trainer", **trainer.context_settings)
    yield "| command | |\n|---|---|"
    yield from (f"| [trainer {name}](#trainer-{name}) | {entry.line} |" for name, entry in COMMANDS.items())
    yield ""
    for name in COMMANDS:
        command = trainer.get_command(above, name)
        assert isinstance(command, Command)
        yield from described(command, above)


def described(command: Command, above: click.Context) -> Iterator[str]:
    """A command and those below it: what it does, its usage, its options."""
    context = click.Context(command, parent=above, info_name=command.name, **command.context_settings)
    yield f"## {context.command_path}\n"
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        if part.startswith("\b"):
            yield f"```text\n{part.removeprefix(chr(8)).strip(chr(10))}\n```\n"
        else:
            yield f"<p>{html.escape(' '.join(part.split()))}</p>\n"
    yield f"```text\n{context.get_usage().removeprefix('Usage: ')}\n```\n"
    for group, records in command.options_by_group(context).items():
        yield f"<table><thead><tr><th>{group}</th><th></th></tr></thead><tbody>"
        for names, text in records:
            (spelling,) = re.findall(r"--([a-z][\w-]*)", names)[:1]
            place = f"{context.command_path}-{spelling}".replace(" ", "-")
            yield f'<tr id="{place}"><td><code>{html.escape(names)}</code></td><td>{html.escape(text)}</td></tr>'
        yield "</tbody></table>\n"
    yield f"<p>{html.escape(command.epilog or '')}</p>\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert isinstance(below, Command)
            yield from described(below, context)
