"""functiongemma: `<start_function_call>call:get_weather{city:<escape>Paris<escape>,days:3}<end_function_call>`."""

from __future__ import annotations

from trace_trainer.verifiers.calls.formats.gemma_calls import gemma_format

FUNCTIONGEMMA = gemma_format("functiongemma", "<start_function_call>", "<end_function_call>", "<escape>")
