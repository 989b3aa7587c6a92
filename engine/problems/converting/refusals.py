"""Why a real problem does not become a trace."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a problem is not converted."""

    UNREADABLE = "unreadable_row"
    NO_SOLUTION = "no_worked_solution"
    NO_ANSWER = "answer_is_no_number"
    NO_EQUATION = "no_equation"
    UNKNOWN = "names_an_unknown"
    NOT_COMPUTED = "answer_in_no_equation"
    UNEXPLAINED = "number_from_nowhere"
    INEXACT = "rounded_on_the_way"
    COPY = "answer_stands_in_question"
    SEVERAL = "several_answers"
    NO_OPERATION = "operation_not_in_the_language"
    UNSOLVED = "no_linear_system"
    REJECTED = "verifier_rejects"


class RefusedError(ValueError):
    """A problem that is not converted: `reason`, and in the message what exactly."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason

    def __reduce__(self) -> tuple[type[RefusedError], tuple[Refusal, str]]:
        return type(self), (self.reason, str(self))  # as it goes to another process
