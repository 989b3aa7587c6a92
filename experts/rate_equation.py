"""rate x time = quantity, and its inversions: speed, wages, unit prices, work done per hour.

It has no operation of its own. Restricting `compute` to mul and div is what makes it an expert: a rate problem that
needs a sum is a composition.
"""

from trace_trainer.experts.language.declaration import expert

EXPERT = expert("rate_equation", "rate x time = quantity and its inversions", compute_ops=("mul", "div"))
