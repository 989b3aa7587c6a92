"""Function-calling problems with random tool schemas: declared tool families, invented tools, requests, splits."""

from trace_trainer.engine.problems.functions.draft import CATEGORIES, SEVERAL_CALLS
from trace_trainer.engine.problems.functions.generator import SPLITS, generate
from trace_trainer.engine.problems.functions.prompt import SYSTEM

__all__ = ["CATEGORIES", "SEVERAL_CALLS", "SPLITS", "SYSTEM", "generate"]
