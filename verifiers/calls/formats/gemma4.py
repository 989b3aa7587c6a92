"""gemma4: `<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|>`, thoughts in a channel before.

<|channel>thought
They want the weather.
<channel|><|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|>

Read where it is named. The family's first templates write null as Python does.
"""

from __future__ import annotations

from trace_trainer.verifiers.calls.formats.gemma_calls import gemma_format
from trace_trainer.verifiers.calls.formats.surroundings import split_thought

GEMMA4 = gemma_format(
    "gemma4",
    "<|tool_call>",
    "<tool_call|>",
    '<|"|>',
    behind_thought=lambda text: split_thought(text.strip(), "<|channel>", "<channel|>"),
    nulls=("None",),
    in_auto=False,
)
