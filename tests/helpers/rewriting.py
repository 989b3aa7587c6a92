"""Gold traces written in other ways that compute the same, and formulas that hit their answer by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import OperandValue
from trace_trainer.verifiers.questions.grounding import ground
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.steps.executing import earlier
from trace_trainer.verifiers.traces.steps.step import TypedStep


class Formula(NamedTuple):
    """A computation of others, or a number where `parts` is empty."""

    operation: str
    parts: tuple[Formula, ...] = ()
    number: Fraction = Fraction(0)


Rule = Callable[[Formula], Formula]
_HUNDRED = Formula("number", (), Fraction(100))
_PERCENT = {"percent_of": None, "percent_off": "sub", "percent_increase": "add"}


def formula_of(text: str) -> Formula:
    """What a gold trace computes; percentages written out."""
    answers: list[Formula] = []
    for index, parsed in enumerate(read_canonical(text) or ()):
        values: dict[str, Formula] = {}
        for step in parsed.typed_steps:
            if step.operation.name == "query":
                answers.append(values[str(step.fields["var"])])
            elif step.operation.name == "init":
                source = "source" in step.fields
                values[step.creates] = answers[earlier(step, index)] if source else _number(step.number)
            else:
                _apply(step, values)
    return answers[-1]


def _number(value: object) -> Formula:
    return Formula("number", (), Fraction(str(value)))


def _apply(step: TypedStep, values: dict[str, Formula]) -> None:
    def operand(given: OperandValue) -> Formula:
        return values[given] if isinstance(given, str) else _number(given)

    name, fields = step.operation.name, step.fields
    if "compute_op" in fields:
        made = Formula(str(fields["compute_op"]), tuple(map(operand, step.inputs)))
    elif name in _PERCENT:
        base, rate = map(operand, step.inputs)
        share = Formula("div", (Formula("mul", (base, rate)), _HUNDRED))
        around = _PERCENT[name]
        made = share if around is None else Formula(around, (base, share))
    else:
        amount = operand(step.fields["amount"])  # type: ignore[arg-type]
        source, target = fields.get("from", fields.get("entity")), fields.get("to", fields.get("entity"))
        if name != "add_entity":
            values[str(source)] = Formula("sub", (values[str(source)], amount))
        if name != "consume":
            held = values.get(str(target))
            values[str(target)] = amount if held is None else Formula("add", (held, amount))
        return
    values[str(step.target)] = made


def written(formula: Formula, expert: str = "arithmetic") -> str:
    """The trace of a formula; each number is bound once."""
    lines: list[str] = []
    names: dict[Formula, str] = {}

    def name_of(part: Formula) -> str:
        if part not in names:
            inside = ", ".join([name_of(inner) for inner in part.parts])
            names[part] = name = f"v{len(names)}"
            if part.parts:
                lines.append(
                    f"- {{op: compute, compute_op: {part.operation}, args: [{inside}], var: {name}}}"
                )
            else:
                lines.append(f"- {{op: init, var: {name}, value: {format_number(part.number)}}}")
        return names[part]

    lines.append(f"- {{op: query, var: {name_of(formula)}}}")
    return "\n".join([f"expert: {expert}", "trace:", *lines]) + "\n"


def _everywhere(formula: Formula, rule: Rule) -> Formula:
    return rule(formula._replace(parts=tuple(_everywhere(part, rule) for part in formula.parts)))


def _commuted(formula: Formula) -> Formula:
    commutes = formula.operation in ("add", "mul", "min", "max", "average")
    return formula._replace(parts=formula.parts[::-1]) if commutes else formula


def _regrouped(formula: Formula) -> Formula:
    operation, parts = formula.operation, formula.parts
    if operation in ("add", "mul") and parts[0].operation == operation:
        return Formula(operation, (*parts[0].parts, *parts[1:]))
    if operation == "sub" and parts[0].operation == "sub":
        first, second = parts[0].parts
        return Formula("sub", (first, Formula("add", (second, parts[1]))))
    return formula


def _distributed(formula: Formula) -> Formula:
    if (
        formula.operation == "mul"
        and len(formula.parts) == 2
        and formula.parts[0].operation in ("add", "sub")
    ):
        inner, factor = formula.parts
        return Formula(inner.operation, tuple(Formula("mul", (part, factor)) for part in inner.parts))
    return formula


def _doubled(formula: Formula) -> Formula:
    if formula.operation == "mul" and len(formula.parts) == 2 and formula.parts[1].number == 2:
        return Formula("add", (formula.parts[0], formula.parts[0]))
    return formula


def rewritten(gold: str) -> Iterator[str]:
    """Traces that compute what a gold trace does: by another expert, turned round, regrouped, multiplied out."""
    formula = formula_of(gold)
    yield written(formula, "comparison")
    for rule in (_commuted, _regrouped, _distributed, _doubled):
        yield written(_everywhere(formula, rule))
    for rule in (_distributed, _regrouped, _commuted):
        formula = _everywhere(formula, rule)
    yield written(formula)


_TRIES, _WANTED = 1500, 3


def false_formulas(question: str, gold: str, rng: random.Random) -> Iterator[str]:
    """Traces of up to three operations over a question's numbers that give its answer and are another function."""
    right = formula_of(gold)
    numbers = [Fraction(mention.value) for mention in ground(question).mentions]
    answer = value_of(right, {})
    found = 0
    for _ in range(_TRIES if numbers else 0):
        pool = [Formula("number", (), rng.choice(numbers)) for _ in range(rng.randint(2, 4))]
        while len(pool) > 1:
            pair = tuple(pool.pop(rng.randrange(len(pool))) for _ in range(2))
            pool.append(Formula(rng.choice(("add", "sub", "mul", "div")), pair))
        if value_of(pool[0], {}) == answer and not _same(pool[0], right, numbers):
            yield written(pool[0])
            found += 1
            if found == _WANTED:
                return


def value_of(formula: Formula, moved: Mapping[Fraction, Fraction]) -> Fraction | None:
    """What a formula gives where numbers are replaced by others; None where it divides by 0."""
    if not formula.parts:
        return moved.get(formula.number, formula.number)
    values = [value_of(part, moved) for part in formula.parts]
    try:
        return None if None in values else Fraction(COMPUTE_OPS[formula.operation].function(*values))
    except ZeroDivisionError:
        return None


def _same(one: Formula, other: Formula, numbers: list[Fraction]) -> bool:
    """Whether two formulas agree where all numbers but 1, 2 and fractions, which can be said otherwise, are others."""
    rng = random.Random(0)
    moved = {n: Fraction(rng.randint(100, 999)) for n in numbers if n > 2 and n.denominator == 1 and n != 100}
    return value_of(one, moved) == value_of(other, moved)
