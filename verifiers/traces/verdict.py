"""What a verifier says: an outcome, the violations that led to it, and lints.

The table of codes is the one place that knows which stage a code belongs to; the order of the stages decides which
violation gives the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from trace_trainer.verifiers.violation import Violation


class Outcome(StrEnum):
    """How a trace ended. Members are strings: `verdict.outcome == "correct"` holds."""

    CORRECT = "correct"
    VALID = "valid"  # nothing wrong, no gold to compare with
    WRONG_ANSWER = "wrong_answer"
    INVALID_TRACE = "invalid_trace"
    WRONG_EXPERT = "wrong_expert"
    UNPARSED = "unparsed"
    ERROR = "error"  # the verifier or the data failed, not the model


class Stage(IntEnum):
    """The stages of verification, in their order."""

    PARSE = 0
    SCHEMA = 1
    BOUNDARY = 2
    WIRING = 3
    GROUNDING = 4
    EXECUTION = 5
    ANSWER = 6


CODES: Mapping[str, Stage] = MappingProxyType(
    {
        code: stage
        for stage, codes in {
            Stage.PARSE: "empty yaml_syntax not_a_trace duplicate_key alias_or_tag too_large trailing_text "
            "leading_text leading_thought truncated",
            Stage.SCHEMA: "unknown_expert unknown_op missing_field unknown_field bad_type bad_number string_value "
            "bad_arity init_source_and_value init_without_value",
            Stage.BOUNDARY: "expert_boundary compute_op_not_allowed",
            Stage.WIRING: "undefined_variable variable_overwrite missing_query query_not_last query_raw_input "
            "identity_compute bad_source repeated_subtrace unused_subtrace",
            Stage.GROUNDING: "ungrounded_number answer_from_constants",
            Stage.EXECUTION: "division_by_zero insufficient_quantity not_initialised magnitude no_unique_solution",
            Stage.ANSWER: "wrong_answer wrong_function",
        }.items()
        for code in codes.split()
    }
)
"""Every code of a failing violation, with its stage."""

LINTS = ("unused_variable", "non_canonical_text", "unused_question_number", "function_not_compared")
"""Codes that are reported and counted but do not fail a trace."""

ERRORS = ("bad_gold", "bad_reference", "not_text", "too_large", "internal_error", "reward_failed")
"""Codes of the outcome `error`: the gold answer is no number, the reference is no valid trace or computes another
answer, the trace is no text, the question is too long, the verifier itself failed, or the reward policy did. A trace
that is too long has the same code as a question, but is `unparsed`."""


class Fault(NamedTuple):
    """The first step at fault: what stands before it may be right.

    Attributes:
        subtrace, step: as those of a Violation; the step is None where the sub-trace as a whole is at fault.
        line: of the text, from 1.
    """

    subtrace: int
    step: int | None
    line: int


class Verdict(NamedTuple):
    """The result of verifying one trace.

    Attributes:
        outcome: an Outcome, which is a str.
        violations: everything found wrong, by stage and then by place; empty when nothing is.
        lints: what is reported but does not fail.
        answer: what the trace computes, or None where it does not get that far.
        expert: the expert it names, "composition" for two or more sub-traces, None where unparsed.
        steps: how many steps were executed.
        first_fault: where it goes wrong first (`verifiers.traces.faults`); None where nothing is wrong, and where no
            step can be named, as in a text that can't be read.
    """

    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    lints: tuple[Violation, ...] = ()
    answer: Fraction | None = None
    expert: str | None = None
    steps: int = 0
    first_fault: Fault | None = None
