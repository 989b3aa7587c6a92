"""False traces for one problem, and which of them a reward pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random

from trace_trainer.engine.audit.stress import near_misses
from trace_trainer.engine.audit.stress.falsehood import Falsehood
from trace_trainer.engine.audit.stress.formulas import Formula, numbers, random_formula, written
from trace_trainer.engine.audit.stress.problems import StressProblem
from trace_trainer.engine.audit.stress.search import MAX_NUMBERS, Search
from trace_trainer.engine.audit.stress.tried import Payment, StressSettings, Tried
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.answers import parse_answer
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict

RANDOM = "random formula"
FALSE = "false formula"
CONSTANTS = "false formula with constants"
KINDS = (RANDOM, FALSE, CONSTANTS, *near_misses.KINDS)
TOGETHER = {
    "any false formula": frozenset([FALSE, CONSTANTS]),
    "any near miss": frozenset(near_misses.KINDS),
    "any of these": frozenset(KINDS),
}

_DRAWS_A_TRACE = 5  # random formulas that are drawn for one that is a valid trace


def try_problem(problem: StressProblem, settings: StressSettings, payment: Payment) -> Iterator[Tried]:
    """False traces of each kind, judged. Raises RewardError where the reward fails.

    A random formula or a near miss that verifies and computes what the gold trace does is no false trace, and is left
    out. Without a gold trace, the shortest formula that gives the answer is taken for the right one.
    """
    rng = Random(f"stress:{settings.seed}:{problem.question}")
    own, constants = _numbers_of(problem.question)
    known = numbers(own, constants)
    answer = parse_answer(problem.answer).value
    hits = Search(known, settings.operations).giving(answer) if known and answer > 0 else []
    right = hits[0].fingerprint if hits and problem.gold is None else None
    rng.shuffle(hits)
    kinds: dict[str, Iterable[str]] = {
        RANDOM: _texts(_random_formulas(known[: len(own)], settings, rng), right),
        FALSE: _texts((hit for hit in hits if not hit.has_constant), right),
        CONSTANTS: _texts((hit for hit in hits if hit.has_constant), right),
    }
    if problem.gold is not None:
        misses = sorted(set(near_misses.near_misses(problem.gold, own)))
        rng.shuffle(misses)
        for kind in near_misses.KINDS:
            kinds[kind] = [text for its, text in misses if its == kind]
    judge = _Judge(problem, settings, payment)
    for kind, texts in kinds.items():
        judged = (judge.tried(kind, text) for text in texts)
        yield from islice((tried for tried in judged if tried is not None), settings.traces)


def _numbers_of(question: str) -> tuple[list[Exact], list[Exact]]:
    """The numbers that a question states and the constants that it calls for, as many as are searched over."""
    grounding = ground(question)
    own = list(dict.fromkeys(plain(mention.value) for mention in grounding.mentions if mention.value > 0))
    constants = sorted(value for value, bits in grounding.bits.items() if not bits and value not in own)
    own = own[:MAX_NUMBERS]
    return own, constants[: MAX_NUMBERS - len(own)]


def _random_formulas(known: Sequence[Formula], settings: StressSettings, rng: Random) -> Iterator[Formula]:
    for _ in range(_DRAWS_A_TRACE * settings.traces if known else 0):
        made = random_formula(known, rng.randint(1, settings.operations), rng)
        if made is not None:
            yield made


def _texts(formulas: Iterable[Formula], right: int | None) -> Iterator[str]:
    return (written(formula) for formula in formulas if formula.fingerprint != right)


class _Judge:
    """Judges traces of one problem."""

    def __init__(self, problem: StressProblem, settings: StressSettings, payment: Payment) -> None:
        self._problem, self._settings, self._pays = problem, settings, payment.pays
        self._falsehood = None if problem.gold is None else Falsehood(problem.question, problem.gold)
        self._seen: set[tuple[str, str]] = set()

    def tried(self, kind: str, text: str) -> Tried | None:
        """The trace as tried; None where it was tried as this kind before, is right, or is random and not valid."""
        if (kind, text) in self._seen:
            return None
        self._seen.add((kind, text))
        by_answer = self._verdict(text, None)
        compared = self._problem.gold if self._settings.reference else None
        by_reference = None if compared is None else self._verdict(text, compared)
        verified = Outcome.CORRECT in (by_answer.outcome, by_reference and by_reference.outcome)
        if verified and self._falsehood is not None and not self._falsehood.is_false(text):
            return None
        if kind == RANDOM and not verified and by_answer.outcome is not Outcome.WRONG_ANSWER:
            return None
        paid = None if by_reference is None else self._pays(by_reference)
        return Tried(kind, text, self._pays(by_answer), paid)

    def _verdict(self, text: str, reference: str | None) -> Verdict:
        problem = self._problem
        return verify_trace(
            text, problem.question, problem.answer, None, self._settings.grounding, reference=reference
        )
