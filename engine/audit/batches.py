"""The work of `trainer audit` as a function of a batch, for `datasets.Dataset.map` and Ray Data's `map_batches`.

A batch is what both of them give by default: the columns by name, each a list or an array. What is added has one type
whatever the rows are, since both of them take the type of a column from the first batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from trace_trainer.engine.audit.calls import REPLIES
from trace_trainer.engine.audit.chunk import AuditSettings, judge
from trace_trainer.engine.audit.inputs import TRACES, UnreadableInput
from trace_trainer.engine.rows.columns import Columns
from trace_trainer.verifiers.calls import AUTO
from trace_trainer.verifiers.score import paid

ADDED = ("outcome", "correct", "reward", "violations")
"""The names of the columns that are added, less the prefix."""
_COLUMNS = {"trace": TRACES, "call": REPLIES}
_UNREADABLE = ("error", False, math.nan, "unreadable_line")


def verify_batch(
    batch: Mapping[str, Sequence[Any]],
    columns: Mapping[str, str] | None = None,
    kind: str = "trace",
    policy: str = "gated",
    grounding: bool = True,
    reference: bool = True,
    call_format: str = AUTO,
    prefix: str = "",
) -> dict[str, Any]:
    """The batch with a verdict on each row, which is read and judged as `trainer audit` does.

    Added are `outcome`; `correct`, a bool; `reward`, a float, NaN where the verdict earns none (`valid` and `error`);
    and `violations`, their codes in order with spaces between. A row that can't be read is an `error` with the code
    `unreadable_line`.

    Args:
        batch: the columns by name, each a list or an array of one cell a row.
        columns: names of columns by what they hold (trace, question, answer, expert, reference; of calls reply,
            expected, tools, machine, messages), where they are none of the usual ones.
        kind: "trace", or "call" for replies with tool calls.
        policy: the reward policy.
        grounding: check that the numbers stand in the question.
        reference: compare with the gold trace that a row holds as reference.
        call_format: how calls are written where a row does not say.
        prefix: stands before the names of what is added.

    Raises ValueError for a kind, a policy or a field that there is not, for a named column that the batch lacks, and
    where a column of a name to add is there already.
    """
    settings = AuditSettings(
        _named_columns(batch, kind, columns or {}),
        kind,
        grounding,
        reference,
        policy,
        call_format=call_format,
    )
    names = [f"{prefix}{name}" for name in ADDED]
    if taken := [name for name in names if name in batch]:
        raise ValueError(
            f"the batch has a column {taken[0]} already; give another prefix, such as prefix='verified_'"
        )
    cells = {name: _cells(column) for name, column in batch.items()}
    rows = (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
    verdicts = [_verdict(row, settings) for row in rows]
    added = zip(*verdicts, strict=True) if verdicts else ((),) * len(names)
    return {**batch, **dict(zip(names, map(list, added), strict=True))}


def _named_columns(batch: Mapping[str, Any], kind: str, named: Mapping[str, str]) -> Columns:
    """Where rows hold what. Raises ValueError."""
    if kind not in _COLUMNS:
        raise ValueError(f"no kind {kind!r}; there are {', '.join(_COLUMNS)}")
    known = _COLUMNS[kind]
    for field, name in named.items():
        if field not in known.names:
            raise ValueError(f"no field {field!r}; there are {', '.join(known.names)}")
        if name not in batch and name.partition(".")[0] not in batch:
            raise ValueError(f"no column {name!r} for {field}; there are {', '.join(batch)}")
    return known.with_named(named)


def _verdict(row: dict[str, Any], settings: AuditSettings) -> tuple[str, bool, float, str]:
    """What is added to a row, in the order of ADDED."""
    try:
        judged = judge(row, settings)
    except UnreadableInput:
        return _UNREADABLE
    verdict, reward = paid(judged.verdict, settings.policy)
    return (
        str(verdict.outcome),
        verdict.outcome == "correct",
        math.nan if reward is None else float(reward),
        " ".join(violation.code for violation in verdict.violations),
    )


def _cells(column: Sequence[Any]) -> list[Any]:
    """The cells of a column; pandas' and NumPy's word for nothing, NaN, is None."""
    return [None if cell != cell else cell for cell in _plain(column)]


def _plain(value: Any) -> Any:
    """A value in Python's own types. Arrow gives all objects of a column the same keys: what is None is not there."""
    if hasattr(value, "tolist"):  # an array of NumPy's, or one of its numbers
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items() if held is not None}
    return [_plain(held) for held in value] if isinstance(value, list | tuple) else value
