"""A wire format: calls as JSON between square brackets. What writes, reads, renders and guides follows from the layout.

trainer eval --plugin docs/examples/wire_format.py --task functions --call-format brackets
"""

from trace_trainer.verifiers.calls.formats.json_calls import json_format
from trace_trainer.verifiers.calls.formats.layout import Layout

json_format(
    "brackets",
    Layout('[CALL]{"tool": @name, "with": @arguments}[/CALL]', between="\n", before="\n"),
)
