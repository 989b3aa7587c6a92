"""A real problem with its verified trace: what every converter makes."""

from __future__ import annotations

from dataclasses import dataclass, field

from trace_trainer.engine.problems.converting.formula import Computed, Given


@dataclass(frozen=True, slots=True)
class Conversion:
    """A problem with its verified trace.

    Attributes:
        question: the text.
        answer: the gold, as a trace's answer is written.
        expert: the trace's.
        trace: canonical text.
        formula: what it computes, over the question's numbers; None where it solves an equation.
        names: the variables of the numbers that have one.
        unambiguous: everything about as plausible computes the same function.
        derived: it holds a value that the solution worked out without writing it.
        pruned: how many of the solution's equations feed nothing.
        divided: the answer is a fraction, where the question asks for a count of whole things.
    """

    question: str
    answer: str
    expert: str
    trace: str
    formula: Computed | None = None
    names: dict[Given, str] = field(default_factory=dict)
    unambiguous: bool = False
    derived: bool = False
    pruned: int = 0
    divided: bool = False

    @property
    def certain(self) -> bool:
        """Whether it belongs to the subset to train on."""
        return self.unambiguous and not self.derived and not self.pruned and not self.divided
