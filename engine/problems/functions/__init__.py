"""Function-calling problems with random tool schemas: declared tool families, invented tools, requests, splits."""

from engine.problems.functions.draft import CATEGORIES, SEVERAL_CALLS
from engine.problems.functions.generator import SPLITS, generate
from engine.problems.functions.prompt import SYSTEM

__all__ = ["CATEGORIES", "SEVERAL_CALLS", "SPLITS", "SYSTEM", "generate"]
