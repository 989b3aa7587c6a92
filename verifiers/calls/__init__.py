"""Tool calls: read from four wire formats, judged by name, arguments and effect, and scored."""

from trace_trainer.verifiers.calls.baselines import constant_replies
from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats import AUTO, FORMATS, Format, ParseFailure, RenderError
from trace_trainer.verifiers.calls.metrics import mean_metrics
from trace_trainer.verifiers.calls.tools import (
    COMMAND_ARGUMENT,
    COMMAND_TOOL,
    INSTALLER_TOOLS,
    ToolSchemaError,
    read_tools,
)
from trace_trainer.verifiers.calls.verdict import CallOutcome, CallVerdict, Grade
from trace_trainer.verifiers.calls.verify import verify_call

__all__ = [
    "AUTO",
    "COMMAND_ARGUMENT",
    "COMMAND_TOOL",
    "Call",
    "CallOutcome",
    "CallVerdict",
    "FORMATS",
    "Format",
    "Grade",
    "INSTALLER_TOOLS",
    "ParseFailure",
    "RenderError",
    "Reply",
    "ToolSchemaError",
    "constant_replies",
    "mean_metrics",
    "read_tools",
    "verify_call",
]
