"""A page about a run, or a chain of runs from the base model to the last: accuracy, curves, completions that failed.

The page is one HTML file that needs nothing else: the charts are inlined and everything else is text. All of
it is escaped, because completions are whatever a model wrote. Failed ones are verified again, to show the
very lines that are wrong; what is not in the run folders (an interrupted run has no final evaluation) is left
out and said to be missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import yaml
from markupsafe import Markup

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.intervals import wilson
from trace_trainer.engine.report.metric_charts import metric_charts, recorded_groups
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.runs.manifest import MANIFEST, read_manifest
from trace_trainer.engine.settings.declaring import with_present_names
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK, Task, task_for
from trace_trainer.engine.terminal.progress import duration

Row = dict[str, Any]

FAILURES_SHOWN = 12
FIRST_OUTPUTS_SHOWN = 4
BY_FUNCTION = "by function"


@dataclass(frozen=True, slots=True)
class Stage:
    """A model of the chain: its evaluations (Evaluation.to_json), one a data set, and completions (Evaluation.rows)."""

    name: str
    evaluations: Sequence[Row]
    completions: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run folder says about its run; the weights are not read.

    `evaluations`: the held-out evaluations `before` and `after` the run, as far as there are.
    """

    path: Path
    manifest: Row
    config: str
    evaluations: dict[str, Row]
    metrics: list[Row]
    rollouts: list[Row] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> RunRecord:
        """Read a run folder. Raises UserError where it is none, or where one of its files is broken."""
        manifest = read_manifest(path)
        if manifest is None:
            raise UserError(f"{path} is no run folder: it has no {MANIFEST}")
        return cls(
            path,
            manifest,
            _read_text(path / "config.yaml"),
            _read_evaluations(path / "eval.json"),
            _read_log(path / "metrics.jsonl"),
            _read_log(path / "rollouts.jsonl"),
        )

    def task(self) -> Task[Any]:
        """What the run was to learn, by its settings; traces where they don't say."""
        settings = with_present_names(TuningConfig, yaml.safe_load(self.config) or {})
        return task_for(settings.get("task", DEFAULT_TASK), settings.get("call_format", DEFAULT_FORMAT))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a completion, `wrong` where a violation points to it."""

    text: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A completion as the page shows it. `computed` is the answer that its trace computes, where it gets that far."""

    question: str
    answer: str | None
    outcome: str
    reward: float | None
    ended: bool
    computed: str | None
    lines: list[Line]
    messages: list[tuple[str, str]]

    @classmethod
    def from_row(cls, row: Row, task: Task[Any]) -> Sample:
        """Verify a recorded completion again, to learn where it is wrong; outcome and reward stay as recorded."""
        text: str = row["completion"]
        problem = task.from_row(row)
        verdict = task.judge(problem, text)
        wrong = {violation.line for violation in verdict.violations}
        return cls(
            question=row["prompt"],
            answer=row.get("answer") or task.gold_text(problem) or None,
            outcome=row["outcome"],
            reward=row.get("reward"),
            ended=row.get("ended", True),
            computed=task.computed(verdict),
            lines=[Line(line, number in wrong) for number, line in enumerate(text.splitlines(), start=1)],
            messages=[(violation.code, violation.message) for violation in verdict.violations],
        )


def write_report(
    path: Path, runs: Sequence[Path], stages: Sequence[Stage] = (), notes: Sequence[str] = ()
) -> Path:
    """Write the page and return its path.

    Args:
        path: the HTML file, written whole or not at all.
        runs: run folders, from the first of the chain to the last.
        stages: evaluations of each model of the chain; taken from the runs' own records where none are given.
        notes: lines below the table of accuracies, such as differences between the stages.

    Raises UserError where a folder is no run folder or can't be read.
    """
    records = [RunRecord.read(run) for run in runs]
    stages = stages or recorded_stages(records)
    task = records[-1].task()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.get_template("page.html.j2").render(
        title=" → ".join([records[0].manifest["parent"]["name"], *(record.path.name for record in records)]),
        stages=[stage.name for stage in stages],
        tables=accuracy_tables(stages),
        measured=task.measured,
        published=task.published,
        notes=notes,
        runs=[_run_section(record) for record in records],
        samples=_sample_groups(records, stages, task),
    )
    with atomic_write(path) as stream:
        stream.write(page)
    return path


def recorded_stages(records: Sequence[RunRecord]) -> list[Stage]:
    """What the runs recorded: about the model that the first one started from, and the one that each made."""
    stages = []
    for position, record in enumerate(records):
        if position == 0 and "before" in record.evaluations:
            stages.append(Stage(f"before {_kind_name(record)}", [record.evaluations["before"]]))
        if "after" in record.evaluations:
            stages.append(Stage(f"after {_kind_name(record)}", [record.evaluations["after"]]))
    return stages


def accuracy_tables(stages: Sequence[Stage]) -> list[Row]:
    """A table for each data set: rows `all`, by function, and every expert or category; a score or None a stage."""
    tables = []
    for data in dict.fromkeys(evaluation["data"] for stage in stages for evaluation in stage.evaluations):
        found = [next((e for e in stage.evaluations if e["data"] == data), None) for stage in stages]
        groups = sorted({name for evaluation in found if evaluation for name in recorded_groups(evaluation)})
        rows = [{"name": "all", "scores": found}]
        if any(evaluation and evaluation.get("function_accuracy") is not None for evaluation in found):
            rows.append(
                {"name": BY_FUNCTION, "scores": [_function_score(evaluation) for evaluation in found]}
            )
        for name in groups:
            rows.append({"name": name, "scores": [_group_score(evaluation, name) for evaluation in found]})
        tables.append({"data": data, "rows": rows})
    return tables


def _function_score(evaluation: Row | None) -> Row | None:
    if evaluation is None or evaluation.get("function_accuracy") is None:
        return None
    accuracy, interval = evaluation["function_accuracy"], evaluation["function_interval"]
    return {"n": evaluation["n"], "accuracy": accuracy, "interval": interval}


def _group_score(evaluation: Row | None, name: str) -> Row | None:
    score = evaluation and recorded_groups(evaluation).get(name)
    return {**score, "interval": wilson(score["correct"], score["n"])} if score else None


def _sample_groups(records: Sequence[RunRecord], stages: Sequence[Stage], task: Task[Any]) -> list[Row]:
    """Completions from before the training, then failures from its end."""
    first = next((stage.completions for stage in stages if stage.completions), None) or next(
        (_of_step(record.rollouts, min) for record in records if record.rollouts), []
    )
    last = next((stage.completions for stage in reversed(stages) if stage.completions), None) or next(
        (_of_step(record.rollouts, max) for record in reversed(records) if record.rollouts), []
    )
    return [
        {
            "heading": "What the model wrote before",
            "note": "The first completions recorded, from before this training.",
            "samples": [Sample.from_row(row, task) for row in first[:FIRST_OUTPUTS_SHOWN]],
        },
        {
            "heading": f"Failed {task.written} at the end",
            "note": "Of every kind of failure in turn; the lines that a violation points to are marked.",
            "samples": [Sample.from_row(row, task) for row in varied_failures(last, FAILURES_SHOWN)],
        },
    ]


def varied_failures(rows: Iterable[Row], limit: int) -> list[Row]:
    """Up to `limit` completions that failed: the first of each first violation, then the second of each, and so on."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        if row["outcome"] not in ("correct", "valid"):
            kinds.setdefault(row["violations"][0] if row["violations"] else row["outcome"], []).append(row)
    depth = max(map(len, kinds.values()), default=0)
    return [found[index] for index in range(depth) for found in kinds.values() if index < len(found)][:limit]


def _run_section(record: RunRecord) -> Row:
    manifest = record.manifest
    kind = manifest["kind"]
    facts = [f"{manifest['status']}", f"seed {manifest['seed']}", f"on {manifest['device']}"]
    if manifest["finished"]:
        seconds = datetime.fromisoformat(manifest["finished"]) - datetime.fromisoformat(manifest["created"])
        facts.insert(1, f"in {duration(seconds.total_seconds())}")
    facts += [
        f"{role}: {data['rows']:,} problems of {data['source']}" for role, data in manifest["data"].items()
    ]
    x_label = "iteration" if kind == "rl" else "step"
    return {
        "name": record.path.name,
        "heading": f"{record.path.name}: {_kind_name(record)} from {manifest['parent']['name']}",
        "facts": facts,
        # The charts are the only markup that comes into the page; charts.py escapes the text in them.
        "charts": [
            {"title": chart.title, "caption": chart.caption, "svg": Markup(chart.svg)}
            for chart in metric_charts(record.path.name, _with_evaluations(record), x_label)
        ],
        "config": record.config,
        "manifest": json.dumps(manifest, indent=2, ensure_ascii=False),
    }


def _kind_name(record: RunRecord) -> str:
    return {"pretrain": "pretraining", "sft": "SFT", "rl": "RL"}[record.manifest["kind"]]


def _with_evaluations(record: RunRecord) -> list[Row]:
    """The metrics with the evaluations before and after the run as lines of their own, where they belong."""
    last = max((row["step"] for row in record.metrics), default=0)
    before, after = (
        [{"step": step, "eval": record.evaluations[name]}] if name in record.evaluations else []
        for name, step in (("before", 0), ("after", last))
    )
    return [*before, *record.metrics, *after]


def _of_step(rollouts: Sequence[Row], choose: Callable[[Iterable[int]], int]) -> list[Row]:
    """The completions of the first (`choose` is min) or the last (max) step recorded."""
    chosen = choose(row["step"] for row in rollouts)
    return [row for row in rollouts if row["step"] == chosen]


def _read_text(path: Path) -> str:
    """The text of a file; empty where the run has no such file."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _read_evaluations(path: Path) -> dict[str, Row]:
    try:
        evaluations: dict[str, Row] = json.loads(_read_text(path) or "{}")
    except ValueError as error:
        raise UserError(f"{path} can't be read: {error}") from None
    return evaluations


def _read_log(path: Path) -> list[Row]:
    """The records of a log; none where the run has no such file."""
    try:
        return list(read_lines(path)) if path.is_file() else []
    except (OSError, ValueError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
