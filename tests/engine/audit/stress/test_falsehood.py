"""The second opinion on traces, and near misses: what is false is told from what says the same in other words."""

from __future__ import annotations

import random

from helpers.rewriting import false_formulas, rewritten
from helpers.traces import EGGS, QUESTION

from trace_trainer.engine.audit.stress.falsehood import Falsehood
from trace_trainer.engine.audit.stress.near_misses import KINDS, PUT_IN, near_misses
from trace_trainer.experts.problems import generate
from trace_trainer.experts.problems.problem import Problem
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.grounding import ground


def problems(count: int = 80) -> list[Problem]:
    return list(generate("validation", count, seed=5, wording="plain"))


def test_gold_and_its_rewritings_are_not_false() -> None:
    false = rewritings = 0
    for problem in problems():
        assert problem.trace is not None
        falsehood = Falsehood(problem.question, problem.trace)
        assert not falsehood.is_false(problem.trace)
        for text in rewritten(problem.trace):
            rewritings += 1
            false += falsehood.is_false(text)
    assert rewritings > 400 and false <= rewritings / 50


def test_formulas_that_hit_the_answer_by_chance_are_false() -> None:
    found = [
        Falsehood(problem.question, problem.trace or "").is_false(text)
        for problem in problems()
        for text in false_formulas(problem.question, problem.trace or "", random.Random(problem.id))
    ]
    assert len(found) > 20 and all(found)


def test_every_kind_of_mistake_is_made_of_gold_traces() -> None:
    made: dict[str, int] = dict.fromkeys(KINDS, 0)
    for problem in problems():
        gold = problem.trace or ""
        for kind, text in near_misses(gold, [m.value for m in ground(problem.question).mentions]):
            assert text != gold
            made[kind] += 1
    assert min(made.values()) > 20, made


def test_a_result_that_is_put_in_is_refused_though_the_answer_is_right() -> None:
    put_in = [text for kind, text in near_misses(EGGS, []) if kind == PUT_IN]
    assert put_in
    for text in put_in:
        verdict = verify_trace(text, QUESTION, 65)
        assert verdict.answer == 65 and verdict.outcome == "invalid_trace"
