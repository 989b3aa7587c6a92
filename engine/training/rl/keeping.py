"""Held-out accuracy between the iterations of a run, and whose weights it keeps (`--eval-every`, `--keep`).

What chooses is not what measures. The best of several checkpoints owes a part of its lead to luck on the problems that
chose it, so these are others than the ones on which a run is measured before and after (`choosing_problems`).

The rule of `--keep best`: the best checkpoint is the most accurate one, the later of equals; the start is beaten only
by a higher accuracy. The last checkpoint is kept unless it is below the best one beyond noise (the paired 95 % interval
lies wholly below 0) or not above the start: within noise the later one was trained on more, at a lower rate. A fall
beyond noise ends the run where it lasts for two looks: at the highest rates a run that rises in the end may dip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import torch

from trace_trainer.engine.evaluation.answering import evaluate_model, measured_under
from trace_trainer.engine.evaluation.intervals import paired_difference, wilson
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.reading import problems_of
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.training.held_out import HELD_OUT_SPLIT
from trace_trainer.engine.training.rl.problems import practised_task
from trace_trainer.engine.training.rl.state import write_tensors
from trace_trainer.engine.training.tuning import merged_adapter, trainable_weights

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.figures import Evaluation
    from trace_trainer.engine.models.loading import LoadedModel
    from trace_trainer.engine.runs.folder import Run

CHOOSING = 200
"""Problems that choose, at most; fewer where a run is measured on fewer."""
_LASTING = 2  # looks that a fall lasts for before it ends the run
_SEED_OFFSET = 700_000
_MARKS = {True: "1", False: "0", None: "-"}
_MEANINGS = {mark: meaning for meaning, mark in _MARKS.items()}


@dataclass(frozen=True, slots=True)
class ChoosingProblems:
    """The problems that choose among checkpoints.

    Attributes:
        source: what they are, for the reader of the figures.
        problems: the problems themselves.
        measure_too: whether the run is also measured on them, for want of others.
    """

    source: str
    problems: Sequence[Any]
    measure_too: bool = False


def choosing_problems(config: RLConfig, measured: Sequence[Any]) -> ChoosingProblems:
    """Held-out problems that are none of the `measured` ones, on which the run is measured before and after.

    Generated ones have another seed. Those of a file follow the measured ones in it; where there are less than half as
    many as wanted, the measured ones have to choose as well.
    """
    task, wanted = config.make_task(), min(CHOOSING, config.eval_count)
    if config.eval_data is None:
        seed = _SEED_OFFSET + config.seed
        asked = {task.question(problem) for problem in measured}
        drawn = task.generate(HELD_OUT_SPLIT, wanted, seed)
        others = [problem for problem in drawn if task.question(problem) not in asked]
        return ChoosingProblems(f"{HELD_OUT_SPLIT} split, seed {seed}", others)
    others = problems_of(task, config.eval_data, config.column, config.eval_count + wanted)[
        config.eval_count :
    ]
    if 2 * len(others) < min(wanted, len(measured)):
        return ChoosingProblems(config.eval_data, measured[:wanted], measure_too=True)
    return ChoosingProblems(f"{config.eval_data}, problem {config.eval_count + 1} and on", others)


@dataclass(frozen=True, slots=True)
class Look:
    """How a checkpoint did on the choosing problems.

    Attributes:
        iteration: after which it was taken; 0 is the start.
        solved: of each problem in order; None where it could not be scored.
    """

    iteration: int
    solved: tuple[bool | None, ...]

    @classmethod
    def of(cls, iteration: int, evaluation: Evaluation) -> Self:
        """What an evaluation with one completion a problem saw."""
        records = evaluation.records
        return cls(iteration, tuple(r.share_correct == 1 if r.scored else None for r in records))

    @classmethod
    def logged(cls, record: Mapping[str, Any]) -> Self:
        """That of a line of metrics.jsonl."""
        return cls(record["step"], tuple(_MEANINGS[mark] for mark in record["eval"]["solved"]))

    @property
    def accuracy(self) -> float:
        """Share solved of the problems that could be scored."""
        scored = [solved for solved in self.solved if solved is not None]
        return sum(scored) / len(scored)

    def record(self, source: str) -> dict[str, Any]:
        """The line of metrics.jsonl; `solved` is a text there, 1 solved, 0 not solved, - not scored."""
        scored = [solved for solved in self.solved if solved is not None]
        figures = {
            "data": source,
            "n": len(scored),
            "accuracy": self.accuracy,
            "interval": list(wilson(sum(scored), len(scored))),
            "solved": "".join(_MARKS[solved] for solved in self.solved),
        }
        return {"step": self.iteration, "eval": figures}

    def less(self, other: Look) -> tuple[float, float, float]:
        """The difference of accuracies with its 95 % interval, over the problems that both could score."""
        pairs = zip(self.solved, other.solved, strict=True)
        both = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
        return paired_difference([ours for ours, _ in both], [theirs for _, theirs in both])

    def is_below(self, other: Look) -> bool:
        """Whether it did worse beyond noise."""
        return self.less(other)[2] < 0


def best_of(looks: Sequence[Look]) -> Look:
    """The most accurate one, the later of equals; the first, which is the start, where none is above it."""
    start, *trained = looks
    top = max(trained, key=lambda look: (look.accuracy, look.iteration), default=start)
    return top if top.accuracy > start.accuracy else start


def kept_of(looks: Sequence[Look]) -> Look:
    """The one whose weights are kept: the last, unless it is below the best beyond noise or not above the start."""
    last, best = looks[-1], best_of(looks)
    return best if last.is_below(best) or last.accuracy <= looks[0].accuracy else last


def has_fallen(looks: Sequence[Look]) -> bool:
    """Whether the last two are below the best beyond noise."""
    return len(looks) > _LASTING and all(look.is_below(best_of(looks)) for look in looks[-_LASTING:])


class Keeper:
    """Looks at a model as it is trained, and puts the weights in place that the run is to end with.

    What it saw lies in the run's metrics and what it may have to put back in its folder for resuming, so a resumed run
    ends as it would have without the interruption.

    Args:
        config: the settings.
        loaded: the model in training.
        run: its folder.
        choosing: what the model is asked.
    """

    def __init__(self, config: RLConfig, loaded: LoadedModel, run: Run, choosing: ChoosingProblems) -> None:
        self._config, self._loaded, self._run, self._choosing = config, loaded, run, choosing
        self._task = practised_task(config)

    @property
    def looks(self) -> list[Look]:
        """Those so far, the start first."""
        return [Look.logged(record) for record in self._run.metrics() if "eval" in record]

    @property
    def fell(self) -> bool:
        """Whether accuracy fell beyond noise and stayed there, which ends a run that keeps its best checkpoint."""
        return self._config.keep == "best" and has_fallen(self.looks)

    def watch(self, iteration: int) -> bool:
        """Look at the model where a look is due after so many iterations; keep its weights if it is the best.

        Returns whether the run should end, as `fell` does.
        """
        every, looks = self._config.eval_every, self.looks
        due = every and (iteration % every == 0 or iteration == self._config.iterations)
        if due and all(look.iteration != iteration for look in looks):
            looks.append(self._look(iteration))
            if best_of(looks) is looks[-1]:
                self._save_weights(iteration)
            source = measured_under(self._choosing.source, self._config.constrain)
            self._run.log_metrics(looks[-1].record(source))
        return self.fell

    def tidy(self) -> None:
        """Remove weights that are not the best any more; to be called where a resumed run would go on from here."""
        looks = self.looks
        best = self._weights_file(best_of(looks).iteration) if looks else None
        for file in self._run.resume_folder.glob("kept-*.pt"):
            if file != best:
                file.unlink()

    def settle(self) -> int | None:
        """At the end of a run leave those weights in its folder that it keeps; say so where they are not the last.

        They are noted in its manifest, which is written when the run is closed.

        Returns the iteration that they are of, 0 for the start; None where nothing was measured to choose by.
        """
        looks = self.looks
        if self._config.keep == "last" or not looks:
            return None
        kept = kept_of(looks)
        if kept is not looks[-1]:
            weights = torch.load(
                self._weights_file(kept.iteration), weights_only=True, map_location=self._loaded.device
            )
            self._loaded.model.load_state_dict(weights, strict=False)
            self._run.save_weights(self._loaded)
            tell(_why_kept(looks, kept))
        self._run.manifest["kept"] = {
            "iteration": kept.iteration,
            "chosen_on": self._choosing.source,
            "also_measured_on": self._choosing.measure_too,
        }
        return kept.iteration

    def _look(self, iteration: int) -> Look:
        config, model = self._config, self._loaded.model
        half = torch.autocast(model.device.type, torch.bfloat16, enabled=config.dtype == "bfloat16")
        with half, merged_adapter(model):
            evaluation = evaluate_model(
                self._loaded,
                self._task,
                self._choosing.problems,
                data=self._choosing.source,
                max_new_tokens=config.max_new_tokens,
                seed=config.seed,
                progress=False,
                constrain=config.constrain,
            )
        return Look.of(iteration, evaluation)

    def _weights_file(self, iteration: int) -> Path:
        return self._run.resume_folder / f"kept-{iteration}.pt"

    def _save_weights(self, iteration: int) -> None:
        write_tensors(self._weights_file(iteration), trainable_weights(self._loaded.model))


def _why_kept(looks: Sequence[Look], kept: Look) -> str:
    """A line on weights that are kept in place of the last ones."""
    last = looks[-1]
    difference, low, high = (100 * value for value in last.less(kept))
    where = f"on {len(last.solved)} held-out problems"
    gap = f"iteration {last.iteration} is at {difference:+.1f} points [{low:+.1f}, {high:+.1f}] of"
    ended = "the run ended at a fall beyond noise: " if has_fallen(looks) else ""
    if kept.iteration == 0:
        return (
            f"{ended}kept are the weights that the run began with, as no checkpoint was better {where}: {gap} them; "
            "try a lower --learning-rate, or more --prompts-per-iteration"
        )
    return f"{ended}kept are the weights of iteration {kept.iteration} {where}: {gap} it"
