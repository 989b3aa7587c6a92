"""Public tasks, as EleutherAI's lm-evaluation-harness asks and scores them (extra `eval`).

Not covered: figures that are no share of each item, such as the perplexity of a corpus.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.models.loading import LoadedModel

ROWS = 8
"""Of a batch."""

Figures = dict[tuple[str, str], dict[int, float]]
"""By task and metric, of each document by its number."""


class Harness:
    """Some tasks of the harness, found and read.

    Args:
        tasks: names of tasks, groups or tags.
        include: a folder with more task files, which may read data that lies here; None for the harness's own alone.
        limit: documents of each task; None for all.

    Raises UserError where the harness is not installed, has no such task, or can't read its data.
    """

    def __init__(self, tasks: Sequence[str], include: Path | None, limit: int | None) -> None:
        require_extra("eval", "--tasks")
        from lm_eval.tasks import TaskManager, get_task_dict

        self._manager = TaskManager(include_path=str(include) if include else None)
        known = set(self._manager.all_tasks)
        if unknown := [name for name in tasks if name not in known]:
            raise UserError(
                f"lm-evaluation-harness has no task {', '.join(unknown)}: lm_eval ls tasks lists them"
            )
        self._tasks, self._limit = list(tasks), limit
        for name in self._tasks:
            try:
                get_task_dict([name], self._manager)
            except Exception as error:  # each source of data has other errors
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise UserError(f"--tasks {name} can't be read: {reason}") from error

    @property
    def version(self) -> str:
        """Of the harness."""
        return importlib.metadata.version("lm_eval")

    def score(self, loaded: LoadedModel) -> Figures:
        """Put the tasks to a model, without a chat template."""
        from lm_eval import simple_evaluate
        from lm_eval.models.huggingface import HFLM

        model = HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=ROWS)
        found = simple_evaluate(
            model,
            tasks=self._tasks,
            task_manager=self._manager,
            limit=self._limit,
            bootstrap_iters=0,
            confirm_run_unsafe_code=False,
        )
        figures: Figures = {}
        for task, samples in found["samples"].items():
            rising = {name for name, rises in found["higher_is_better"][task].items() if rises}
            for sample in samples:
                for metric in rising & set(sample["metrics"]):
                    if _is_share(sample[metric]):
                        name = metric if sample["filter"] == "none" else f"{metric} ({sample['filter']})"
                        figures.setdefault((task, name), {})[sample["doc_id"]] = float(sample[metric])
        return dict(sorted(figures.items()))


def _is_share(value: Any) -> bool:
    try:
        return 0 <= float(value) <= 1
    except (TypeError, ValueError):
        return False
