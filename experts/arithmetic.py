"""Chains of computation: totals, differences, products, shares, remainders.

It has no operation of its own: `init`, `compute` with every computation, and `query` are all it needs.
"""

from trace_trainer.experts.language.declaration import expert

EXPERT = expert("arithmetic", "chains of computation")
