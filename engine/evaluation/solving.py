"""One question answered by a model: the trace that it writes, and what the executor makes of it.

There is no gold answer here. What stands behind the answer is that the trace verifies: it parses, every number comes
from the question, and it executes. With several samples the answer is the one that most verified traces compute, of
equally frequent ones the one that the most probable trace does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.evaluation.asking import answers, check_reached
from trace_trainer.engine.evaluation.voting import Vote, majority
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.inference.constraints import OFF, WIRING, Constraint, Grammar, Wiring
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.grammar import trace_grammar
from trace_trainer.verifiers.traces.steps_shown import run_steps
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.asking import AnyModel


@dataclass(frozen=True, slots=True)
class Solution:
    """The trace chosen among the samples. Where none verifies, `vote` is None and `chosen` the first sample."""

    question: str
    model: str
    chosen: Sampled
    verdict: Verdict
    samples: int
    vote: Vote[Fraction] | None

    @property
    def solved(self) -> bool:
        return self.vote is not None

    @property
    def answer(self) -> str | None:
        """The answer as text, None where no trace verifies."""
        return format_number(self.vote.answer) if self.vote else None

    @property
    def unused(self) -> list[str]:
        """What is to be said of each number of the question that the trace does not use."""
        return [lint.message for lint in self.verdict.lints if lint.code == "unused_question_number"]

    @property
    def hint(self) -> str:
        """What to try where no trace verifies."""
        if not self.chosen.ended and (tokens := self.chosen.tokens):
            return f"The trace was cut at {tokens} tokens; try --max-new-tokens {2 * tokens}."
        if self.samples == 1:
            return "Try --samples 8: the answer is then the one that most verified traces compute."
        return "No sample verifies: the question may be unlike those of the training (trainer generate shows some)."

    def to_json(self) -> dict[str, Any]:
        steps = run_steps(self.chosen.text) if self.solved else []
        return {
            "question": self.question,
            "model": self.model,
            "answer": self.answer,
            "outcome": self.verdict.outcome,
            "expert": self.verdict.expert,
            "trace": self.chosen.text,
            "steps": [
                {
                    "subtrace": subtrace,
                    "step": step,
                    "text": text,
                    "value": None if value is None else format_number(value),
                }
                for subtrace, step, text, value in steps
            ],
            "violations": [violation._asdict() for violation in self.verdict.violations],
            "lints": [lint._asdict() for lint in self.verdict.lints],
            "samples": self.samples,
            "votes": {format_number(answer): count for answer, count in self.vote.counts.items()}
            if self.vote
            else {},
        }


def solve(
    model: AnyModel,
    question: str,
    *,
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    task: Task[Any] | None = None,
    experts: Sequence[str] = (),
    constrain: str = OFF,
    seed: int = 0,
) -> Solution:
    """Answer one question.

    Args:
        task: how it is asked; None asks it as it is.
        experts: only a trace that names one of these is an answer.
        constrain: how far decoding is constrained: to traces of the one expert, where it is one, else of all.

    Raises UserError as `answers` does, and where no request to a server comes back.
    """
    groups = answers(
        model,
        task or TraceTask(),
        [Problem("solve", question, "")],
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        seed=seed,
        constraints=None if constrain == OFF else [_constraint(question, experts, constrain)],
    )
    check_reached(model.name, groups)
    group = [sampled for sampled in groups[0] if sampled.failure is None]
    verdicts = [_verdict(sampled.text, question, experts) for sampled in group]
    valid = [index for index, verdict in enumerate(verdicts) if verdict.outcome is Outcome.VALID]
    vote = majority([verdicts[index].answer for index in valid], [group[index].logprob for index in valid])
    winner = valid[vote.winner] if vote else 0
    return Solution(question, model.name, group[winner], verdicts[winner], len(group), vote)


def _constraint(question: str, experts: Sequence[str], level: str) -> Constraint:
    expert = experts[0] if len(experts) == 1 else None
    return Wiring(question, expert) if level == WIRING else Grammar(trace_grammar(expert))


def _verdict(text: str, question: str, experts: Sequence[str]) -> Verdict:
    """The verdict by the first of these experts that the trace is valid for, else by the first of them."""
    verdicts = [verify_trace(text, question=question, expert=expert) for expert in experts or (None,)]
    return next((verdict for verdict in verdicts if verdict.outcome is Outcome.VALID), verdicts[0])
