"""Trace Trainer: train language models to write structured traces, and verify what they wrote.

    from trace_trainer import verify_trace, score

    verdict = verify_trace(text, question=question, answer="18", expert="arithmetic")
    verdict.outcome, verdict.violations, score(verdict)

What verifies (`verify_trace`, `verify_call`, `verify_batch`, `score`, `Machine`, `compare_effects`) imports no model
library. Everything else lies in `trace_trainer.engine`, `trace_trainer.experts` and `trace_trainer.verifiers`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trace_trainer.engine.audit.batches import verify_batch
    from trace_trainer.engine.settings.recipes import load_recipe
    from trace_trainer.verifiers.calls import verify_call
    from trace_trainer.verifiers.machine import Machine, compare_effects
    from trace_trainer.verifiers.score import reward, score
    from trace_trainer.verifiers.traces.verify import verify_trace

__all__ = [
    "Machine",
    "compare_effects",
    "load_recipe",
    "reward",
    "score",
    "verify_batch",
    "verify_call",
    "verify_trace",
]

_HOMES = {
    "Machine": "trace_trainer.verifiers.machine",
    "compare_effects": "trace_trainer.verifiers.machine",
    "load_recipe": "trace_trainer.engine.settings.recipes",
    "reward": "trace_trainer.verifiers.score",
    "score": "trace_trainer.verifiers.score",
    "verify_batch": "trace_trainer.engine.audit.batches",
    "verify_call": "trace_trainer.verifiers.calls",
    "verify_trace": "trace_trainer.verifiers.traces.verify",
}


def __getattr__(name: str) -> object:
    """Each name is loaded when it is first asked for: whoever verifies traces does not wait for the machine."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
