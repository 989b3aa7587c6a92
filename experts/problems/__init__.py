"""Word problems with executed gold traces: schemas, and a generator over them."""

from trace_trainer.experts.problems.generator import MIXTURE, SPLITS, WORDINGS, generate
from trace_trainer.experts.problems.problem import Problem

__all__ = ["MIXTURE", "SPLITS", "WORDINGS", "Problem", "generate"]
