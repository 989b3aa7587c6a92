"""How an expert is declared: typed functions, from which everything else follows.

An operation is a Python function. Its parameters are the fields of a step, their annotations say what each field may
hold, its body executes the step on exact rationals, and its docstring is what people and models read about it. The
parser's schema, the checks, the executor, the cards and the canonical field order are all derived from that signature.

    percentage = expert("percentage", "discounts, tips, tax, growth")

    @percentage.operation
    def percent_of(base: Operand, rate: Operand) -> Result:
        '''rate % of base: 50 at rate 20 gives 10.'''
        return base * rate / 100

A function that returns `Result` assigns to a new variable, so its step has the additional field `var`. A function that
returns `Changed` gives the new values of its entity parameters, in their order, and has no `var`. One that returns
`Stated` says something about unknowns; one that takes, after its fields, `Statements` draws a conclusion from them all.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError
from trace_trainer.experts.language.linear import Linear
from trace_trainer.experts.language.trying import InexactError, is_exact_on_ints


class Kind(Enum):
    """What a field of a step may hold."""

    NEW_VARIABLE = "a new variable"
    VARIABLE = "a variable"
    NUMBER = "a number"
    SOURCE = "prev.result or subN.result"
    OPERAND = "a variable or a number"
    OPERANDS = "a list of variables and numbers"
    ENTITY = "an initialised variable, changed in place"
    ENTITY_OR_NEW = "a variable, changed in place; a new one starts at 0"
    COMPUTE_OP = "the name of a computation"
    UNKNOWN = "an unknown"
    EXPRESSION = "an expression of variables, unknowns and numbers with + - * / and parentheses"


Exact = int | Fraction
"""A number of a trace: exact, an int where it is whole. Never a float."""

# Parameter annotations. To the type checker they are what the body receives; to the declaration they name the kind.
NewVariable = typing.Annotated[str, Kind.NEW_VARIABLE]
Variable = typing.Annotated[str, Kind.VARIABLE]
Number = typing.Annotated[Fraction, Kind.NUMBER]
Source = typing.Annotated[str, Kind.SOURCE]
Operand = typing.Annotated[Fraction, Kind.OPERAND]
Operands = typing.Annotated[list[Fraction], Kind.OPERANDS]
Entity = typing.Annotated[Fraction, Kind.ENTITY]
EntityOrNew = typing.Annotated[Fraction, Kind.ENTITY_OR_NEW]
ComputeOp = typing.Annotated[str, Kind.COMPUTE_OP]
Unknown = typing.Annotated[str, Kind.UNKNOWN]
Expression = typing.Annotated[Linear, Kind.EXPRESSION]

# The annotation of a parameter that is no field: what the sub-trace's steps before this one have stated.
Statements = typing.Annotated[list[Linear], "stated so far"]

# Return annotations.
Result = typing.Annotated[Exact, "assigned to var"]
Changed = typing.Annotated[tuple[Exact, ...], "the entities' new values"]
Stated = typing.Annotated[Linear, "stated to be 0"]

ENTITY_KINDS = frozenset({Kind.ENTITY, Kind.ENTITY_OR_NEW})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a step: its name in the trace, what it may hold, and whether it may be left out."""

    name: str
    kind: Kind
    required: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation, read from its function. Operations are compared by identity: there is one object for each."""

    name: str
    fields: tuple[Field, ...]
    body: Callable[..., typing.Any]
    description: str
    assigns: bool
    """The body's value goes to a new variable, named by the field `var`."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other spellings of field names that are accepted on input (`from_entity` for `from`)."""
    parameters: tuple[str, ...] = ()
    """The fields that the body takes, in its order."""
    states: bool = False
    """The body's value is a statement about unknowns."""
    concludes: bool = False
    """The body takes, after its fields, the statements so far."""
    takes_ints: bool = False
    """The body gives of ints what it gives of the same numbers as Fractions; where not, it is given Fractions only."""
    _by_name: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {f.name: f for f in self.fields})

    @classmethod
    def from_function(
        cls,
        function: Callable[..., typing.Any],
        aliases: Mapping[str, str] | None = None,
        expert: str = "every expert",
    ) -> Operation:
        """Read an operation from a function's signature, annotations and docstring, and try its body.

        Raises DeclarationError where an annotation is no field kind, the docstring is missing, or the body is not
        exact.
        """
        if not function.__doc__:
            raise DeclarationError(f"operation {function.__name__} needs a docstring: its documentation")
        hints = typing.get_type_hints(function, include_extras=True)
        fields = []
        concludes = False
        for parameter in inspect.signature(function).parameters.values():
            if hints.get(parameter.name) == Statements:
                concludes = True
                continue
            kind = _kind(hints.get(parameter.name))
            if kind is None:
                raise DeclarationError(
                    f"operation {function.__name__}: parameter {parameter.name} has no field kind"
                )
            # `from` is a Python keyword; a trailing underscore is dropped, as PEP 8 suggests for such names.
            name = parameter.name.removesuffix("_")
            fields.append(Field(name, kind, required=parameter.default is inspect.Parameter.empty))
        assigns = hints.get("return") == Result
        executes = assigns or hints.get("return") == Changed
        try:
            takes_ints = executes and not concludes and _takes_ints(function, [f.kind for f in fields])
        except InexactError as error:
            message = f"operation {function.__name__} of {expert} must compute exactly: {error}"
            raise DeclarationError(message) from None
        parameters = tuple(f.name for f in fields)
        if assigns and "var" not in parameters:
            fields.append(Field("var", Kind.NEW_VARIABLE))
        return cls(
            name=function.__name__,
            fields=tuple(fields),
            body=function,
            description=inspect.cleandoc(function.__doc__),
            assigns=assigns,
            aliases=dict(aliases or {}),
            parameters=parameters,
            states=hints.get("return") == Stated,
            concludes=concludes,
            takes_ints=takes_ints,
        )

    @property
    def takes(self) -> Iterator[tuple[str, Kind]]:
        """Name and kind of each field that the body takes, in its order."""
        return ((f.name, f.kind) for f in self.fields if f.name in self.parameters)

    @property
    def is_about_unknowns(self) -> bool:
        """Whether it declares an unknown, states something about unknowns, or concludes."""
        return any(f.kind is Kind.UNKNOWN or f.kind is Kind.EXPRESSION for f in self.fields)

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return self._by_name.get(name)

    @property
    def example(self) -> str:
        """A step of this operation with a placeholder for each required field, in canonical order."""
        shown = [f"{f.name}: {_PLACEHOLDERS.get(f.kind, f.name.upper())}" for f in self.fields if f.required]
        return "{" + ", ".join([f"op: {self.name}", *shown]) + "}"


_PLACEHOLDERS = {Kind.OPERANDS: "[A, B]", Kind.COMPUTE_OP: "NAME"}


def _kind(hint: object) -> Kind | None:
    """The field kind in an annotation, also inside an optional one (`Number | None`)."""
    for candidate in (hint, *typing.get_args(hint)):
        for part in getattr(candidate, "__metadata__", ()):
            if isinstance(part, Kind):
                return part
    return None


def _takes_ints(function: Callable[..., typing.Any], kinds: Sequence[Kind]) -> bool:
    """Whether a body with parameters of these kinds is exact on ints. Raises InexactError where it never is.

    One with lists, or with anything else than numbers, is given Fractions whatever it makes of ints.
    """

    def body(numbers: Sequence[typing.Any]) -> typing.Any:
        supply = iter(numbers)
        return function(*[_SAMPLES[k](supply) if k in _SAMPLES else next(supply) for k in kinds])

    inputs = sum(2 if kind is Kind.OPERANDS else kind not in _SAMPLES for kind in kinds)
    exact = is_exact_on_ints(body, inputs)
    return exact and all(kind is Kind.OPERAND or kind in ENTITY_KINDS for kind in kinds)


_SAMPLES: Mapping[Kind, Callable[[Iterator[typing.Any]], object]] = {
    Kind.OPERANDS: lambda supply: [next(supply), next(supply)],
    Kind.COMPUTE_OP: lambda supply: "div",  # which leaves the whole numbers
    Kind.NEW_VARIABLE: lambda supply: "x",
    Kind.VARIABLE: lambda supply: "x",
    Kind.UNKNOWN: lambda supply: "x",
    Kind.SOURCE: lambda supply: "prev.result",
}
"""What a body is tried on in the place of a field that holds anything else than a number."""


class Expert:
    """A named set of operations for one sort of problem. `expert` declares one.

    Args:
        name: how a trace names it in `expert:`.
        purpose: one line, the sort of problems it is for.
        compute_ops: the computations that its `compute` steps may use; None for all of them.
        about: more about it, for its reference card.
    """

    def __init__(
        self, name: str, purpose: str, compute_ops: Iterable[str] | None = None, about: str = ""
    ) -> None:
        self.name = name
        self.about = about
        self.purpose = purpose
        self.compute_ops = None if compute_ops is None else frozenset(compute_ops)
        self.own_operations: dict[str, Operation] = {}

    def operation(
        self, function: Callable[..., typing.Any] | None = None, *, aliases: Mapping[str, str] | None = None
    ) -> typing.Any:
        """Decorator that declares an operation of this expert; returns the function unchanged."""
        if function is None:
            return lambda decorated: self.operation(decorated, aliases=aliases)
        operation = Operation.from_function(function, aliases, self.name)
        if operation.name in self.own_operations:
            raise DeclarationError(f"expert {self.name} declares {operation.name} twice")
        is_declared = EXPERTS.get(self.name) is self
        if is_declared:
            OPERATIONS.declare(operation.name, operation, depth=2)
        self.own_operations[operation.name] = operation
        if is_declared:
            EXPERTS.changed()
        return function

    def __repr__(self) -> str:
        return f"Expert({self.name!r})"


EXPERTS: Catalogue[Expert] = Catalogue("expert")
"""The experts by name; the package `trace_trainer.experts` finds those that are shipped."""

OPERATIONS: Catalogue[Operation] = Catalogue("operation")
"""Every operation by name, the shared ones first. No two experts have operations of the same name."""


def expert(name: str, purpose: str, compute_ops: Iterable[str] | None = None) -> Expert:
    """Declare an expert; the arguments are those of `Expert`. Its module's docstring stands on its reference card.

    Raises DeclarationError where the name is taken.
    """
    about = sys._getframe(1).f_globals.get("__doc__") or ""
    return EXPERTS.declare(name, Expert(name, purpose, compute_ops, inspect.cleandoc(about)), depth=2)
