"""Plugins within one test: what they declare is forgotten at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from trace_trainer.engine import plugins
from trace_trainer.engine.inference.samplers import SAMPLERS
from trace_trainer.engine.objectives.objective import OBJECTIVES
from trace_trainer.engine.tasks import TASKS
from trace_trainer.experts.language.declaration import EXPERTS, OPERATIONS
from trace_trainer.experts.problems.schema import SCHEMAS
from trace_trainer.verifiers.calls import FORMATS
from trace_trainer.verifiers.machine.session.declaring import COMMANDS
from trace_trainer.verifiers.score import POLICIES

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
CATALOGUES = (EXPERTS, OPERATIONS, SCHEMAS, TASKS, FORMATS, OBJECTIVES, POLICIES, SAMPLERS, COMMANDS)


@contextmanager
def without_traces() -> Iterator[None]:
    """Inside, plugins may be loaded; at the end nothing of them is left."""
    with ExitStack() as stack:
        for catalogue in CATALOGUES:
            stack.enter_context(catalogue.trial())
        before = {name: getattr(plugins, name).copy() for name in ("_MODULES", "_DIGESTS", "_PLUGINS")}
        try:
            yield
        finally:
            for name, held in before.items():
                setattr(plugins, name, held)
