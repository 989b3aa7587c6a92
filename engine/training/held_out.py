"""What a training is judged by: accuracy on the same held-out problems before it and after it."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.measure import constants_beside, evaluate_model
from trace_trainer.engine.evaluation.scoreboard import print_scoreboard
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import TuningConfig
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.training.rl.problems import held_out_problems
from trace_trainer.engine.training.tuning import check_weights


class HeldOut:
    """The held-out problems of a run's settings.

    Attributes:
        source: what they are, for the reader of the figures.
        problems: the problems themselves.
    """

    def __init__(self, config: TuningConfig) -> None:
        self.config, self.task = config, config.make_task()
        self.source, self.problems = held_out_problems(config)

    def measure(self, model: LoadedModel) -> Evaluation:
        """The model on the problems, decoded greedily."""
        return evaluate_model(
            model,
            self.task,
            self.problems,
            data=self.source,
            max_new_tokens=self.config.max_new_tokens,
            seed=self.config.seed,
        )

    def measure_saved(self, run: Run, before: Evaluation) -> list[Evaluation]:
        """Before, and after: the model as the run saved it, loaded again. Closes the run as finished.

        Raises UserError where the saved weights are not finite.
        """
        adapted = self.config.method in ("lora", "qlora")
        saved = load_model(run.path, dtype=self.config.dtype if adapted else "float32")
        check_weights(saved)
        after = self.measure(saved)
        run.save_eval({"before": before.to_json(), "after": after.to_json()})
        run.close("finished")
        return [before, after]


def print_result(run: Run, evaluations: Sequence[Evaluation], *notes: str) -> None:
    """What a training led to: the scoreboard, the notes, and where the run is."""
    console = console_on()
    print_scoreboard(console, evaluations, constants_beside(evaluations[0]))
    for note in (*notes, f"saved in {run.path}"):
        console.print(note, highlight=False, soft_wrap=True)
