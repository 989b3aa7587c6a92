"""Function-calling problems with random tool schemas: declared tool families, invented tools, requests, splits."""

from engine.functions.draft import CATEGORIES, SEVERAL_CALLS
from engine.functions.generator import SPLITS, generate
from engine.functions.prompt import SYSTEM

__all__ = ["CATEGORIES", "SEVERAL_CALLS", "SPLITS", "SYSTEM", "generate"]
