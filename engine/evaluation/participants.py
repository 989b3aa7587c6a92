"""Who takes part in an evaluation: local models, hosted ones, and files of what other systems wrote.

All get the same problems with the same prompts and the same decoding, as far as that can be set; `unlike` tells of what
can't.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.evaluation.asking import NOT_TOLD
from trace_trainer.engine.evaluation.external import evaluate_external
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.free_answers import FreeAnswers
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from trace_trainer.engine.inference.hosted.client import HostedModel
    from trace_trainer.engine.inference.sampling import Kept


@dataclass(frozen=True, slots=True)
class Conditions:
    """How participants are asked and judged; the attributes are those of `evaluate_model`."""

    data: str = "held-out problems"
    policy: str = "gated"
    samples: int = 1
    temperature: float = 0.0
    max_new_tokens: int = 256
    seed: int = 0
    constrain: str = OFF
    gold_loss: bool = False
    kept: Kept | None = None

    @property
    def judged(self) -> dict[str, Any]:
        """What concerns the judging alone."""
        return {"data": self.data, "policy": self.policy}

    @property
    def sampled(self) -> dict[str, Any]:
        """What every model can be told."""
        names = ("samples", "temperature", "max_new_tokens", "seed")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Participant(ABC):
    """One column of the table.

    Attributes:
        name: what it is called where it was named.
        task: what it is asked.
        runs_here: whether this machine does the work.
    """

    name: str
    task: Task[Any]
    runs_here: ClassVar[bool] = False

    @property
    def is_free(self) -> bool:
        """Whether it is asked in free text."""
        return isinstance(self.task, FreeAnswers)

    @abstractmethod
    def check(self) -> None:
        """Raise UserError for a name that means nothing, before the first participant is asked and not after it."""

    def unlike(self, conditions: Conditions) -> list[str]:
        """Which of the conditions do not hold for it, in words."""
        unlike = {
            "is not guided": conditions.constrain != OFF,
            "has no loss on gold replies": conditions.gold_loss,
        }
        return [said for said, asked in unlike.items() if asked]

    def evaluate(self, problems: Sequence[Any], conditions: Conditions) -> Evaluation:
        """Its evaluation, called so that whoever was asked in free text is told from others.

        Raises UserError as `evaluate_model` does.
        """
        found = self._evaluate(problems, conditions)
        return replace(found, model=f"{found.model} (free)") if self.is_free else found

    @abstractmethod
    def _evaluate(self, problems: Sequence[Any], conditions: Conditions) -> Evaluation: ...


@dataclass(frozen=True)
class Local(Participant):
    """A model that is loaded here, in the manner `how`, as `load_model` takes it."""

    how: Mapping[str, Any] = field(default_factory=dict)
    runs_here = True

    def check(self) -> None:
        resolve(self.name)

    def unlike(self, conditions: Conditions) -> list[str]:
        return super().unlike(conditions) if self.is_free else []

    def _evaluate(self, problems: Sequence[Any], conditions: Conditions) -> Evaluation:
        from trace_trainer.engine.models.loading import load_model

        if self.is_free:
            conditions = replace(conditions, constrain=OFF, gold_loss=False)
        return evaluate_model(
            load_model(self.name, **self.how),
            self.task,
            problems,
            **conditions.judged,
            constrain=conditions.constrain,
            gold_loss=conditions.gold_loss,
            kept=conditions.kept,
            **conditions.sampled,
        )


@dataclass(frozen=True)
class Hosted(Participant):
    """A model behind an address."""

    model: HostedModel

    def check(self) -> None:
        """What the server knows, its first request tells."""

    def unlike(self, conditions: Conditions) -> list[str]:
        found = super().unlike(conditions)
        if conditions.samples > 1:
            found.append("gives no log-probabilities, so that ties of its majority go to the first reply")
        if isinstance(self.task, TraceTask) and not self.is_free and not self.task.card:
            found.append(NOT_TOLD)
        return found

    def _evaluate(self, problems: Sequence[Any], conditions: Conditions) -> Evaluation:
        from trace_trainer.engine.evaluation.hosted import evaluate_hosted

        try:
            return evaluate_hosted(self.model, self.task, problems, **conditions.judged, **conditions.sampled)
        finally:
            tell(f"{self.model.name}: {self.model.spent}")


@dataclass(frozen=True)
class External(Participant):
    """A file of what another system wrote."""

    file: Path

    def check(self) -> None:
        if not self.file.is_file():
            raise UserError(f"--external {self.name}: there is no file {self.file}")

    def unlike(self, conditions: Conditions) -> list[str]:
        return [
            *super().unlike(conditions),
            "was asked elsewhere, with what prompts and decoding is not known",
        ]

    def _evaluate(self, problems: Sequence[Any], conditions: Conditions) -> Evaluation:
        judged = {**conditions.judged, "samples": conditions.samples}
        return evaluate_external(self.name, self.file, self.task, problems, **judged)
