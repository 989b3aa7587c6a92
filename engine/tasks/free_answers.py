"""Problems asked in free text, with no trace: how a base or an instruct model stands beside its tuned self.

Prompt, extraction and comparison are those of lm-evaluation-harness for GSM8K: `lm_eval/tasks/gsm8k/gsm8k.yaml`,
version 3.0 of the task, with `RegexFilter` of `lm_eval/filters/extraction.py` and `exact_match_hf_evaluate` of
`lm_eval/api/metrics.py`, as of lm-eval 0.4.13. `flexible_match` takes the last number of the reply, `strict_match` the
first one behind `####`, and either is compared with the gold as text. Accuracy is `flexible_match`. `value_match`
compares the same number by its value, as a trace's is compared: "18.00" is 18. There the shots are 5 problems of
GSM8K's training part; here there are none by default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import read_rows
from trace_trainer.engine.problems.files.word_problems import PROBLEM_COLUMNS
from trace_trainer.engine.tasks.context import context_of, in_context
from trace_trainer.engine.tasks.task import Task
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import Problem
from trace_trainer.experts.problems.buckets import normalise
from trace_trainer.verifiers.questions.answers import AnswerError, parse_answer
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_FLEXIBLE = re.compile(r"(-?[$0-9.,]{2,})|(-?[0-9]+)")
_STRICT = re.compile(r"#### (\-?[0-9\.\,]+)")
_IGNORED = (",", r"\$", "(?s).*#### ", r"\.$")
_STOPS = ("Question:", "</s>", "<|im_end|>")
_OTHER_STRICT, _OTHER_VALUE = "strict_mismatch", "value_mismatch"


@dataclass(frozen=True)
class FreeAnswers(TraceTask):
    """Word problems, answered as the model likes.

    Attributes:
        shots: questions with worked answers that stand before each question.
    """

    shots: tuple[tuple[str, str], ...] = ()
    by_function: bool = False
    name: ClassVar[str] = "free answers"
    stops = _STOPS
    metrics = ("flexible_match", "strict_match", "value_match")
    measured = "Share of problems whose last number is the answer"

    def prompt(self, problem: Problem) -> Prompt:
        asked = [*self.shots, (problem.question, "")]
        return Prompt([{"role": "user", "content": "\n\n".join(_asked(*pair) for pair in asked)}])

    def grammar(self, problem: Problem) -> str:
        raise UserError("free answers have no grammar to decode by: leave --constrain out")

    def gold_text(self, problem: Problem) -> str:
        return ""

    def probe(self) -> tuple[Prompt, Message]:
        return Prompt([{"role": "user", "content": _asked("question", "")}]), {
            "role": "assistant",
            "content": "reply",
        }

    def fit(self, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        """A model that has no template of its own is given the text as it is, and goes on with it."""
        from trace_trainer.engine.models.chat import PLAIN_TEMPLATE, continued_template

        super().fit(tokenizer, name)
        if tokenizer.chat_template == PLAIN_TEMPLATE:
            tokenizer.chat_template = continued_template(tokenizer)

    def judge(self, problem: Problem, text: str) -> Verdict:
        gold = _comparable(problem.answer)
        try:
            answer = parse_answer(problem.answer)
        except AnswerError as error:
            return Verdict(Outcome.ERROR, (Violation("bad_gold", str(error)),))
        flexible, strict = _last_number(text), _marked_number(text)
        value = _value(flexible)
        lints = []
        if strict is None or _comparable(strict) != gold:
            lints.append(Violation(_OTHER_STRICT, "no gold answer behind the first ####"))
        if value is None or not answer.matches(value):
            lints.append(Violation(_OTHER_VALUE, "the last number has not the gold's value"))
        if flexible is None:
            return Verdict(
                Outcome.UNPARSED, (Violation("no_number", "there is no number in the reply"),), tuple(lints)
            )
        if _comparable(flexible) == gold:
            return Verdict(Outcome.CORRECT, lints=tuple(lints), answer=value)
        wrong = Violation("wrong_answer", f"the last number is {flexible[:40]}, not {problem.answer}")
        return Verdict(Outcome.WRONG_ANSWER, (wrong,), tuple(lints), value)

    def reward(self, verdict: Verdict, policy: str) -> float | None:
        """1 for a right answer, else 0, whatever the policy: those grade traces."""
        return None if verdict.outcome is Outcome.ERROR else float(verdict.outcome is Outcome.CORRECT)

    def shares(self, verdict: Verdict) -> Mapping[str, bool | float]:
        missed = {lint.code for lint in verdict.lints}
        found = (verdict.outcome is Outcome.CORRECT, _OTHER_STRICT not in missed, _OTHER_VALUE not in missed)
        return dict(zip(self.metrics, found, strict=True))

    def answer(self, verdict: Verdict) -> Fraction | None:
        return verdict.answer


def free_answers(task: Task[Any], shots: Sequence[tuple[str, str]] = ()) -> FreeAnswers:
    """The task's problems in free text. Raises UserError for a task that has no questions with numbers as answers."""
    if not isinstance(task, TraceTask):
        raise UserError(
            f"free answers are numbers, and those of the task {task.name} are none: leave --answers out"
        )
    asked: Any = in_context(FreeAnswers(shots=tuple(shots)), context_of(task))
    return asked


def read_shots(file: Path, count: int) -> list[tuple[str, str]]:
    """The first questions of a file with their answers as they stand there. Raises UserError for what can't be read."""
    shots = []
    for found in read_rows(file, "question and answer", count):
        row = found.renamed(PROBLEM_COLUMNS, "question", "answer")
        answer = row.fields.get("answer")
        shots.append(
            (row.text("question"), str(answer) if type(answer) in (int, float) else row.text("answer"))
        )
    if len(shots) < count:
        raise UserError(f"{file} holds {len(shots)} problems, not the {count} of --shots")
    return shots


def check_shots(shots: Sequence[tuple[str, str]], problems: Sequence[Problem]) -> None:
    """Raise UserError where a problem is shown with its answer before it is asked."""
    shown = {normalise(question) for question, _ in shots}
    both = [problem.id for problem in problems if normalise(problem.question) in shown]
    if both:
        raise UserError(
            f"the problem {both[0]} is one of the shots: take these from another file than --data"
        )


def _asked(question: str, answer: str) -> str:
    return f"Question: {question}\nAnswer:" + (f" {answer}" if answer else "")


def _last_number(text: str) -> str | None:
    """As RegexFilter with `group_select: -1`: of the last match, the first group that is not empty."""
    found = _FLEXIBLE.findall(text)
    return next(group for group in found[-1] if group).strip() if found else None


def _marked_number(text: str) -> str | None:
    found = _STRICT.search(text)
    return found[1].strip() if found else None


def _comparable(text: str) -> str:
    """As `exact_match` compares: without `regexes_to_ignore`, in lower case."""
    for ignored in _IGNORED:
        text = re.sub(ignored, "", text)
    return text.lower()


def _value(number: str | None) -> Fraction | None:
    """The value of an extracted number; None where it has none, as "$." or "1.2.3"."""
    try:
        return parse_answer(number.rstrip(".,")).value if number else None
    except AnswerError:
        return None
