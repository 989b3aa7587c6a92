"""The card of an exported model, README.md in the form of the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.exporting.artefact import Artefact
from trace_trainer.engine.runs.manifest import read_manifest
from trace_trainer.engine.runs.recorded import model_folders
from trace_trainer.engine.tasks import DEFAULT_TASK

_UNTOLD = ("model", "data", "eval_data", "parent")
_NOT_SAID = "not recorded"


def card(
    artefact: Artefact,
    source: Path,
    settings: Mapping[str, Any],
    evaluations: Sequence[Evaluation],
    command: str,
) -> str:
    """The text of a card: metadata, figures with intervals, data, settings, licences, how to do it again.

    Args:
        source: the run's or the model's folder.
        settings: those of the run; empty for a model that is no run's.
        evaluations: the model before it was written and as it was loaded again; none where it was not measured.
        command: what exported it.
    """
    parents = _parents(source)
    base = parents[-1] if parents else source
    license = _stated(base).get("license")
    results = [
        EvalResult(
            task_type="text-generation",
            dataset_type="trace-trainer",
            dataset_name=evaluation.data,
            metric_type="accuracy",
            metric_name="accuracy by execution",
            metric_value=round(evaluation.accuracy, 4),
        )
        for evaluation in evaluations[-1:]
    ]
    data = ModelCardData(
        license=license or "other",
        library_name="gguf" if artefact.in_gguf else "transformers",
        pipeline_tag="text-generation",
        base_model=_stated(base).get("base_model") or base.name,
        tags=["trace-trainer", str(settings.get("task", DEFAULT_TASK))],
        eval_results=results or None,
        model_name=artefact.name,
    )
    said = "\n\n".join(_sections(artefact, source, settings, evaluations, command, parents, license))
    return f"---\n{data.to_yaml()}\n---\n{said}\n"


def _sections(
    artefact: Artefact,
    source: Path,
    settings: Mapping[str, Any],
    evaluations: Sequence[Evaluation],
    command: str,
    parents: Sequence[Path],
    license: str | None,
) -> list[str]:
    manifest = read_manifest(source) or {}
    lines = [f"# {artefact.name}", _what(artefact, settings)]
    if evaluations:
        rows = ["| | accuracy [95 %] | problems |", "|---|---|---|"]
        for label, evaluation in zip(("before", "this file"), evaluations, strict=True):
            low, high = evaluation.interval
            rows.append(
                f"| {label} | {evaluation.accuracy:.1%} [{low:.1%}, {high:.1%}] | {evaluation.n} of {evaluation.data} |"
            )
        lines += ["## Results", "\n".join(rows)]
    read = manifest.get("data") or {}
    lines += ["## Data", "\n".join(f"- {role}: {_source(told)}" for role, told in read.items()) or _NOT_SAID]
    chosen = {key: value for key, value in settings.items() if value is not None and key not in _UNTOLD}
    lines += [
        "## Settings",
        f"```yaml\n{yaml.safe_dump(chosen, sort_keys=False)}```" if chosen else _NOT_SAID,
    ]
    chain = " from ".join([source.name, *(folder.name for folder in parents)])
    lines += [
        "## Licence",
        f"Base: {license or _NOT_SAID}. What was trained on keeps its own: see the data above.",
        "## How to do it again",
        f"{chain}\n\n```\n{command}\n```",
    ]
    return lines


def _what(artefact: Artefact, settings: Mapping[str, Any]) -> str:
    task = settings.get("task", DEFAULT_TASK)
    return (
        f"A model for the task {task}, trained and measured by Trace Trainer: what it writes is executed. As "
        f"{artefact.form}, {artefact.kind}."
    )


def _source(told: Any) -> str:
    return str(told.get("source", told)) if isinstance(told, dict) else str(told)


def _parents(source: Path) -> list[Path]:
    """The folders of the models that it was trained from, the nearest first."""
    return [folder for folder in model_folders(str(source)) if folder.resolve() != source.resolve()]


def _stated(folder: Path) -> dict[str, Any]:
    """The metadata of a model folder's own card; empty where it has none that can be read."""
    file = folder / "README.md"
    if not file.is_file():  # the hub would be asked for it
        return {}
    try:
        return ModelCard.load(file).data.to_dict()
    except (OSError, ValueError, yaml.YAMLError):
        return {}
