"""The task of traces: a question in words, a trace that computes its answer, executed and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.problems.files.word_problems import problem_line, read_problems
from trace_trainer.engine.tasks.task import EXPERTS, Group
from trace_trainer.experts import expert_names
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems import SPLITS, Problem, generate
from trace_trainer.verifiers import score, verify_trace
from trace_trainer.verifiers.traces.grammar import trace_grammar
from trace_trainer.verifiers.traces.verdict import Verdict

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

UNNAMED = "none"
"""Stands for the expert where the problem states none and the completion names none that exists."""

_CALCULATION = re.compile(r"\bop: (?!init\b|query\b)")


@dataclass(frozen=True)
class TraceTask:
    """Traces, asked with the prompt card where `card` is set."""

    card: bool = False
    name: ClassVar[str] = "traces"
    gold: ClassVar[str] = "trace"
    written: ClassVar[str] = "traces"
    splits: ClassVar[Sequence[str]] = SPLITS
    test_split: ClassVar[str] = "test_numbers"
    consecutive: ClassVar[bool] = False
    group: ClassVar[Group] = EXPERTS
    metrics: ClassVar[Sequence[str]] = ()
    compared: ClassVar[Sequence[str]] = ()

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[Problem]:
        """Problems with gold traces, only of these experts where any are named, and of this wording."""
        return generate(split, count, seed, groups, wording)

    def read(self, path: str | Path, limit: int | None = None) -> list[Problem]:
        return read_problems(path, limit)

    def line(self, problem: Problem) -> str:
        return problem_line(problem)

    def prompt(self, problem: Problem) -> Prompt:
        return question_prompt(problem.question, self.card)

    def reply(self, problem: Problem) -> Message | None:
        return {"role": "assistant", "content": problem.trace} if problem.trace else None

    def grammar(self, problem: Problem) -> str:
        return _any_trace()

    def gold_text(self, problem: Problem) -> str:
        return problem.trace or ""

    def misread(self, problem: Problem, text: str) -> str | None:
        return None  # the doctor verifies traces after this round trip

    def probe(self) -> tuple[Prompt, Message]:
        return question_prompt("question", self.card), {"role": "assistant", "content": "trace"}

    def fit(self, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        """Nothing to do: every template renders a question and its answer."""

    def judge(self, problem: Problem, text: str) -> Verdict:
        """The verdict on a trace. Where the problem states an expert, the trace must name that one, in training as in
        evaluation, so that a gain measured here is the gain that was paid for."""
        return verify_trace(text, question=problem.question, answer=problem.answer, expert=problem.expert)

    def reward(self, verdict: Verdict, policy: str) -> float | None:
        return score(verdict, policy)

    def group_of(self, problem: Problem, verdict: Verdict) -> str:
        """The expert that the problem states, or where it states none, the one that the trace names."""
        return problem.expert or (
            verdict.expert if verdict.expert and verdict.expert in expert_names() else UNNAMED
        )

    def steps(self, problem: Problem) -> int | None:
        return problem.steps or len(_CALCULATION.findall(problem.trace or "")) or None

    def shares(self, verdict: Verdict) -> Mapping[str, bool | float]:
        return {}

    def computed(self, verdict: Verdict) -> str | None:
        return None if verdict.answer is None else format_number(verdict.answer)

    def answer(self, verdict: Verdict) -> Fraction | None:
        """What a verified trace computes."""
        return verdict.answer if verified(verdict) else None

    def question(self, problem: Problem) -> str:
        return problem.question

    def shown(self, problem: Problem) -> str:
        return problem.question

    def row(self, problem: Problem) -> dict[str, Any]:
        return {
            "id": problem.id,
            "prompt": problem.question,
            "answer": problem.answer,
            "expert": problem.expert,
        }

    def from_row(self, row: Mapping[str, Any]) -> Problem:
        return Problem(row["id"], row["prompt"], row["answer"], row.get("expert"))

    def constants(self, problems: Sequence[Problem]) -> Mapping[str, str]:
        """None: a constant trace takes its numbers from no question, so it scores nothing."""
        return {}


def question_prompt(question: str, card: bool = False) -> Prompt:
    """The conversation that asks a question: if wanted, the prompt card as system message; then the question."""
    asked = [{"role": "user", "content": question}]
    if not card:
        return Prompt(asked)
    from trace_trainer import experts
    from trace_trainer.experts.language.cards import prompt_card

    return Prompt([{"role": "system", "content": prompt_card(experts.EXPERTS.values())}, *asked])


@cache
def _any_trace() -> str:
    return trace_grammar()


def verified(verdict: Verdict) -> bool:
    """Whether the trace stands on its own: parsed, checked, grounded and executed, whatever the gold answer says."""
    return verdict.answer is not None and all(
        violation.code == "wrong_answer" for violation in verdict.violations
    )
