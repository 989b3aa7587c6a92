"""What a training is judged by: accuracy on the same held-out problems before it and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.models.adapters import check_changes
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.tasks.reading import problems_of
from trace_trainer.experts.problems import MIXTURE

HELD_OUT_SPLIT = "validation"
"""Settings are chosen by what a run measures, so it never measures on a test split."""


def held_out_problems(config: TuningConfig) -> tuple[str, list[Any]]:
    """What to measure accuracy on, and what to call it.

    Generated problems are those of every run, whichever of their experts it practises, so that runs compare; an expert
    that is none of theirs is measured beside them.
    """
    task = config.make_task()
    if config.eval_data is None:
        groups = (
            None if set(config.experts or ()) <= set(MIXTURE) else sorted({*MIXTURE, *(config.experts or ())})
        )
        problems = list(task.generate(HELD_OUT_SPLIT, config.eval_count, config.seed, groups))
        return f"{HELD_OUT_SPLIT} split, seed {config.seed}", problems
    return config.eval_data, problems_of(task, config.eval_data, config.column, config.eval_count)


@dataclass(frozen=True)
class HeldOut:
    """The held-out problems of a run's settings.

    Attributes:
        config: the settings.
        source: what the problems are, for the reader of the figures.
        problems: the problems themselves.
        constrain: how far decoding is constrained.
    """

    config: TuningConfig
    source: str
    problems: Sequence[Any]
    constrain: str = OFF

    @classmethod
    def of(cls, config: TuningConfig, constrain: str = OFF) -> Self:
        """Those that the settings name."""
        return cls(config, *held_out_problems(config), constrain)

    @property
    def generated(self) -> bool:
        """Whether they are drawn from this project's schemas, as generated training problems are."""
        return self.config.eval_data is None

    def require_same(self, run: Run) -> None:
        """Raise UserError where the problems are not those that the run, which is to go on, was measured on before."""
        run.require_data("eval", self.source, map(self.config.make_task().line, self.problems))

    def measure(self, model: LoadedModel) -> Evaluation:
        """The model on the problems, decoded greedily."""
        return evaluate_model(
            model,
            self.config.make_task(),
            self.problems,
            data=self.source,
            max_new_tokens=self.config.max_new_tokens,
            seed=self.config.seed,
            constrain=self.constrain,
        )

    def measure_saved(self, run: Run, before: Evaluation, is_start: bool = False) -> list[Evaluation]:
        """Before, and after: the model as the run saved it, loaded again. Closes the run as finished.

        Args:
            is_start: the run kept the weights that it began with, so an adapter may well change nothing.

        Raises UserError where the saved weights are not finite, or are an adapter that changes nothing.
        """
        adapted = self.config.method in ("lora", "qlora")
        saved = load_model(
            run.path, dtype=self.config.dtype if adapted else "float32", device=self.config.device
        )
        if adapted and not is_start:
            check_changes(run.path)
        after = self.measure(saved)
        run.save_eval({"before": before.to_json(), "after": after.to_json()})
        run.save_completions(row for measured in (before, after) for row in measured.named_rows())
        run.close("finished")
        return [before, after]
