"""Discounts, tips, tax, growth. A rate of 20 means 20 %."""

from trace_trainer.experts.language.core import div
from trace_trainer.experts.language.declaration import Operand, Result, expert

EXPERT = expert("percentage", "discounts, tips, tax, growth")


@EXPERT.operation
def percent_of(base: Operand, rate: Operand) -> Result:
    """rate % of base: 50 at rate 20 gives 10."""
    return div(base * rate, 100)


@EXPERT.operation
def percent_off(base: Operand, rate: Operand) -> Result:
    """base less rate % of it: 50 at rate 20 gives 40."""
    return div(base * (100 - rate), 100)


@EXPERT.operation
def percent_increase(base: Operand, rate: Operand) -> Result:
    """base plus rate % of it: 50 at rate 20 gives 60."""
    return div(base * (100 + rate), 100)
