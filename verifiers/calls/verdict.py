"""What a verifier says of a reply: an outcome, the violations that led to it, metrics, and how far the reply got."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.violation import Violation


class CallOutcome(StrEnum):
    """How a reply ended. Members are strings: `verdict.outcome == "correct"` holds."""

    CORRECT = "correct"
    VALID = "valid"  # nothing wrong, nothing expected to compare with
    WRONG_CALL = "wrong_call"  # admissible, but not what was expected
    INVALID_CALL = "invalid_call"  # unknown tool, bad arguments, no command line, or it fails on the machine
    REFUSED = "refused"  # a dangerous command
    UNPARSED = "unparsed"
    ERROR = "error"  # the verifier or the data failed, not the model


CODES: Mapping[str, CallOutcome] = MappingProxyType(
    {
        code: outcome
        for outcome, codes in {
            CallOutcome.UNPARSED: "empty too_large json_syntax single_quotes duplicate_key bad_number bad_value "
            "too_deep unclosed_call not_a_call several_calls text_around_call stray_call call_in_fence "
            "call_in_thought unclosed_thought no_query",
            CallOutcome.REFUSED: "dangerous_command",
            CallOutcome.INVALID_CALL: "unknown_tool missing_argument unknown_argument bad_argument_type "
            "bad_argument_value unsupported_command unknown_command unknown_device command_fails",
            CallOutcome.WRONG_CALL: "call_expected text_expected words_expected question_expected refusal_expected "
            "command_as_text claims_action wrong_facts off_topic wrong_count wrong_name wrong_arguments wrong_command "
            "wrong_effect extra_effect data_destroyed",
            CallOutcome.ERROR: "not_text unknown_format bad_tools bad_gold bad_machine internal_error "
            "reward_failed",
        }.items()
        for code in codes.split()
    }
)
"""Every code of a violation, with the outcome that it leads to."""

LINTS = ("arguments_as_string", "failing_part")
"""Codes that are reported and counted but do not fail a reply."""


class Grade(IntEnum):
    """How far a reply got, each step above the one before. The names in brackets are those of shell commands."""

    NOTHING = 0  # no call, or one that must earn nothing
    PARSED = 1  # [parses]
    KNOWN = 2  # the tool exists [known command]
    NAMED = 3  # its arguments exist [devices exist]
    ADMISSIBLE = 4  # they have the right types and values [preconditions hold]
    PARTLY = 5  # some of the expected arguments [some goal facts]
    FULLY = 6  # all that was expected, and nothing besides


class CallVerdict(NamedTuple):
    """The result of verifying one reply.

    Attributes:
        outcome: a CallOutcome, which is a str.
        violations: everything found wrong, in the order of stages; `step` is the index of the call.
        lints: what is reported but does not fail.
        calls: the calls of the reply; empty for a reply in words, and where the text could not be read.
        text: what surrounds the calls, trimmed.
        metrics: those of type_match, name_match, arguments_match, f1, ast_match, command_exact, command_partial and
            effect_match that apply to what was expected.
        grade: how far the reply got.
        progress: the share of the expected, from 0 to 1, that a reply of grade PARTLY reached.
    """

    outcome: CallOutcome
    violations: tuple[Violation, ...] = ()
    lints: tuple[Violation, ...] = ()
    calls: tuple[Call, ...] = ()
    text: str = ""
    metrics: Mapping[str, bool | float] = MappingProxyType({})
    grade: Grade = Grade.NOTHING
    progress: float = 0.0
