"""Tool calls: read from four wire formats, judged by name, arguments and effect, and scored."""

from verifiers.calls.baselines import constant_replies
from verifiers.calls.call import Call, Reply
from verifiers.calls.formats import AUTO, FORMATS, Format, ParseFailure, RenderError
from verifiers.calls.metrics import mean_metrics
from verifiers.calls.tools import COMMAND_ARGUMENT, COMMAND_TOOL, INSTALLER_TOOLS, ToolSchemaError, read_tools
from verifiers.calls.verdict import CallOutcome, CallVerdict, Grade
from verifiers.calls.verify import verify_call

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
