"""Word problems with executed gold traces: schemas, and a generator over them."""

from experts.problems.generator import MIXTURE, SPLITS, WORDINGS, generate
from experts.problems.problem import Problem

__all__ = ["MIXTURE", "SPLITS", "WORDINGS", "Problem", "generate"]
