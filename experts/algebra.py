"""Numbers that are not known yet: unknowns, equations between them, and their solution.

Equations are linear in the unknowns, as many as determine them, none of which follows from the others.
"""

from trace_trainer.experts.language.declaration import Expression, Result, Stated, Statements, Unknown, expert
from trace_trainer.experts.language.linear import solve_system

EXPERT = expert("algebra", '"a number such that ...", and linear systems with one solution')


@EXPERT.operation
def unknown(var: Unknown) -> None:
    """Name a number that is to be found."""


@EXPERT.operation
def equation(lhs: Expression, rhs: Expression) -> Stated:
    """Both sides are equal: 2 * x + 3 and 11."""
    return lhs - rhs


@EXPERT.operation
def solve(var: Unknown, equations: Statements) -> Result:
    """The value of an unknown, from all equations so far."""
    return solve_system(equations, var)
