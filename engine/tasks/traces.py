"""The task of traces: a question in words, a trace that computes its answer, executed and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Self

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.inference.constraints import WIRING, Constraint, Grammar, Wiring
from trace_trainer.engine.problems.files.word_problems import problem_line, read_problems
from trace_trainer.engine.rows.columns import Named
from trace_trainer.engine.tasks.judging import BY_EXPERT
from trace_trainer.engine.tasks.task import Task, declare_task
from trace_trainer.experts import EXPERTS, expert_names
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems import SPLITS, Problem, generate
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.canonical_text import canonical_text
from trace_trainer.verifiers.traces.grammar import trace_grammar
from trace_trainer.verifiers.traces.verdict import CODES, Stage, Verdict

UNNAMED = "none"
"""Stands for the expert where the problem states none and the completion names none that exists."""

# With another model and other problems, for the recipe that the default one follows.
_PUBLISHED_AFTER_RL = {
    "all": 78, "arithmetic": 81, "comparison": 100, "composition": 22, "entity_track": 92, "percentage": 100,
    "rate_equation": 100,
}  # fmt: skip
_CALCULATION = re.compile(r"\bop: (?!init\b|query\b)")


@declare_task
@dataclass(frozen=True)
class TraceTask(Task[Problem]):
    """Traces, asked with the prompt card where `card` is set.

    Attributes:
        by_function: whether a trace must compute what the gold trace does, where there is one, not merely its answer.
    """

    card: bool = False
    by_function: bool = True
    name: ClassVar[str] = "traces"
    gold = "trace"
    written = "traces"
    splits = SPLITS
    test_split = "test_numbers"
    is_worded = True
    is_grouped = True
    has_card = True
    has_steps = True
    group = BY_EXPERT
    measured = "Share of problems whose trace verifies and computes the right answer"
    published = (("after SFT", {"all": 65}), ("after RL", _PUBLISHED_AFTER_RL))

    @classmethod
    def made(cls, format: str, card: bool) -> Self:
        return cls(card)

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[Problem]:
        """Problems with gold traces, only of these experts where any are named, and of this wording."""
        return generate(split, count, seed, groups, wording)

    def read(self, path: str | Path, limit: int | None = None, named: Named = None) -> list[Problem]:
        return read_problems(path, limit, named)

    def line(self, problem: Problem) -> str:
        return problem_line(problem)

    def prompt(self, problem: Problem) -> Prompt:
        return question_prompt(problem.question, self.card)

    def introduced(self, prompt: Prompt) -> Prompt:
        return Prompt([*_introduction(self.card), *prompt.messages], prompt.tools)

    def grammar(self, problem: Problem) -> str:
        return _any_trace()

    def constraint(self, problem: Problem, level: str) -> Constraint:
        return Wiring(problem.question) if level == WIRING else Grammar(self.grammar(problem))

    def check_constraint(self, level: str) -> None:
        """Traces have all of them."""

    def gold_text(self, problem: Problem) -> str:
        return problem.trace or ""

    def with_reply(self, problem: Problem, text: str) -> Problem:
        return replace(problem, trace=self.canonical(text))

    def canonical(self, text: str) -> str:
        return canonical_text(text) or text.strip()

    def probe(self) -> tuple[Prompt, Message]:
        return question_prompt("question", self.card), {"role": "assistant", "content": "trace"}

    def judge(self, problem: Problem, text: str) -> Verdict:
        """The verdict on a trace. Where the problem states an expert, the trace must name that one, in training as in
        evaluation, so that a gain measured here is the gain that was paid for."""
        reference = self.reference(problem)
        return verify_trace(
            text,
            question=problem.question,
            answer=problem.answer,
            expert=problem.expert,
            reference=None if reference == text else reference,  # which computes its own function
        )

    def reference(self, problem: Problem) -> str | None:
        return problem.trace or None if self.by_function else None

    def without_references(self) -> Self:
        return replace(self, by_function=False)

    def group_of(self, problem: Problem, verdict: Verdict) -> str:
        """The expert that the problem states, or where it states none, the one that the trace names."""
        return problem.expert or (
            verdict.expert if verdict.expert and verdict.expert in expert_names() else UNNAMED
        )

    def steps(self, problem: Problem) -> int | None:
        return problem.steps or len(_CALCULATION.findall(problem.trace or "")) or None

    def computed(self, verdict: Verdict) -> str | None:
        return None if verdict.answer is None else format_number(verdict.answer)

    def answer(self, verdict: Verdict) -> Fraction | None:
        """What a verified trace computes."""
        return verdict.answer if verified(verdict) else None

    def row(self, problem: Problem) -> dict[str, Any]:
        return {
            "id": problem.id,
            "prompt": problem.question,
            "answer": problem.answer,
            "expert": problem.expert,
            **({"reference": reference} if (reference := self.reference(problem)) else {}),
        }

    def from_row(self, row: Mapping[str, Any]) -> Problem:
        return Problem(row["id"], row["prompt"], row["answer"], row.get("expert"), trace=row.get("reference"))


def question_prompt(question: str, card: bool = False) -> Prompt:
    """The conversation that asks a question: if wanted, the prompt card as system message; then the question."""
    return Prompt([*_introduction(card), {"role": "user", "content": question}])


def _introduction(card: bool) -> list[Message]:
    if not card:
        return []
    from trace_trainer.experts.language.cards import prompt_card

    return [{"role": "system", "content": prompt_card(EXPERTS.values())}]


@EXPERTS.cached
def _any_trace() -> str:
    return trace_grammar()


def verified(verdict: Verdict) -> bool:
    """Whether the trace stands on its own: parsed, checked, grounded and executed, whatever the gold answer says."""
    return verdict.answer is not None and all(
        CODES[violation.code] is Stage.ANSWER for violation in verdict.violations
    )
