"""What every integration asks: what a completion is worth, given the row of the data set that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.rewarding.judging import COMPLETIONS, rewarded
from trace_trainer.verifiers.calls import AUTO
from trace_trainer.verifiers.score import POLICIES


class UnjudgedError(ValueError):
    """A completion earns no reward either way, where the other program takes a number and nothing else."""


class Judge:
    """Judges completions as `trainer audit` does.

    Args:
        kind: "trace", or "call" for replies with tool calls.
        policy: the reward policy.
        grounding: check that the numbers stand in the question.
        reference: compare with the gold trace that a row holds as `reference` or `trace`.
        call_format: how calls are written where a row does not say.
        columns: names of columns by what they hold (question, answer, expert, reference; of calls expected, tools,
            machine), where they are none of the usual ones.

    Raises ValueError for a kind or a policy that there is not, UserError for a field.
    """

    def __init__(
        self,
        kind: str = "trace",
        policy: str = "gated",
        *,
        grounding: bool = True,
        reference: bool = True,
        call_format: str = AUTO,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        if kind not in COMPLETIONS:
            raise ValueError(f"no kind {kind!r}; there are {', '.join(COMPLETIONS)}")
        POLICIES.find(policy)
        named = COMPLETIONS[kind].with_named(columns or {})
        self._settings = AuditSettings(named, kind, grounding, reference, policy, call_format=call_format)

    def record(self, completion: Any, row: Mapping[str, Any]) -> dict[str, Any]:
        """The outcome, the reward, what is wrong and so on, as a line of `trainer audit --format jsonl` has it.

        Args:
            completion: a text, a message, or a list of one.
            row: the columns beside it.
        """
        said = completion[0] if isinstance(completion, list) and len(completion) == 1 else completion
        return rewarded({**row, "completion": said}, self._settings)

    def reward(self, completion: Any, row: Mapping[str, Any]) -> float | None:
        """What the completion is worth; None where it earns nothing either way."""
        found: float | None = self.record(completion, row)["reward"]
        return found


def judged(record: Mapping[str, Any]) -> float:
    """The reward of a record. Raises UnjudgedError where there is none: a fault of data or verifier is never a 0."""
    if record["reward"] is not None:
        return float(record["reward"])
    wrong = "; ".join(f"{one['code']}: {one['message']}" for one in record["violations"])
    raise UnjudgedError(f"no reward either way ({record['outcome']}): {wrong or 'there is no gold answer'}")
