"""A command of the simulated machine: `sensors`, which changes nothing.

trainer audit replies.jsonl --kind call --plugin docs/examples/machine_command.py
"""

from trace_trainer.verifiers.machine.session.declaring import command
from trace_trainer.verifiers.machine.session.outcomes import Output


@command("sensors")
def sensors(session, arguments):
    """How warm the processor is; here always the same."""
    return Output("coretemp-isa-0000\nCore 0:  +45.0 C\n", info="sensors")
