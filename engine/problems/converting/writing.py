"""A formula written as a canonical trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trace_trainer.engine.problems.converting.choosing import tracked
from trace_trainer.engine.problems.converting.formula import (
    PERCENT_OPERATIONS,
    Computed,
    Constant,
    Formula,
    Given,
)
from trace_trainer.engine.problems.converting.rewriting import is_word_factor
from trace_trainer.experts import EXPERTS, OPERATIONS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import ENTITY_KINDS
from trace_trainer.experts.language.trace import FieldValue, OperandValue, Step, SubTrace, Trace
from trace_trainer.experts.problems.builder import RESULT
from trace_trainer.verifiers.questions.mentions import Mention


class Writer:
    """Writes one formula.

    Args:
        mentions: the question's numbers.
        names: the variable of each number that gets an init.
    """

    def __init__(self, mentions: Sequence[Mention], names: Mapping[Given, str]) -> None:
        self._mentions = mentions
        self._names = names
        self._steps: list[Step] = []
        self._operands: dict[Formula, OperandValue] = {}
        self._computed = 0

    def write(self, formula: Computed, expert: str) -> Trace:
        """The trace: numbers are initialised where they are first used, results are step1, step2, ..., result."""
        own = EXPERTS[expert].own_operations
        if any(field.kind in ENTITY_KINDS for operation in own.values() for field in operation.fields):
            answer = self._write_changes(formula)
        else:
            for argument in formula.arguments:
                self._operand(argument)
            answer = RESULT
            self._compute(formula, RESULT, compares="compare" in own)
        self._steps.append(Step(OPERATIONS["query"], {"var": answer}))
        return Trace((SubTrace(expert, tuple(self._steps)),))

    def _write_changes(self, formula: Formula) -> str:
        (_, start), *changes = tracked(formula)
        entity = str(self._operand(start))
        for name, amount in changes:
            self._steps.append(Step(OPERATIONS[name], {"entity": entity, "amount": self._operand(amount)}))
        return entity

    def _operand(self, formula: Formula) -> OperandValue:
        """The variable or the literal that stands for a formula; what it takes is written first."""
        if formula not in self._operands:
            self._operands[formula] = self._new_operand(formula)
        return self._operands[formula]

    def _new_operand(self, formula: Formula) -> OperandValue:
        if isinstance(formula, Computed):
            for argument in formula.arguments:
                self._operand(argument)
            self._computed += 1
            name = f"step{self._computed}"
            self._compute(formula, name)
            return name
        if isinstance(formula, Constant):
            return Fraction(formula.value)
        value = Fraction(formula.value)
        if is_word_factor(formula, self._mentions):
            return value
        name = self._names[formula]
        self._steps.append(Step(OPERATIONS["init"], {"var": name, "value": value}))
        return name

    def _compute(self, formula: Computed, variable: str, compares: bool = False) -> None:
        operands = tuple(self._operand(argument) for argument in formula.arguments)
        fields: dict[str, FieldValue]
        if formula.name in PERCENT_OPERATIONS:
            fields = {"base": operands[0], "rate": operands[1], "var": variable}
            operation = OPERATIONS[formula.name]
        else:
            assert formula.name in COMPUTE_OPS
            fields = {"compute_op": formula.name, "args": operands, "var": variable}
            operation = OPERATIONS["compare" if compares else "compute"]
        self._steps.append(Step(operation, fields))


def needs_name(given: Given, mentions: Sequence[Mention]) -> bool:
    """Whether a number gets an init, and so a variable."""
    return not is_word_factor(given, mentions)
