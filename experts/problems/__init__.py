"""Word problems with executed gold traces: schemas, and a generator over them."""

from experts.problems.generator import SPLITS, WORDINGS, generate
from experts.problems.problem import Problem

__all__ = ["SPLITS", "WORDINGS", "Problem", "generate"]
