"""A command of the simulated machine: `uptime`, which changes nothing.

trainer audit replies.jsonl --kind call --plugin docs/examples/machine_command.py
"""

from trace_trainer.verifiers.machine.session.declaring import command
from trace_trainer.verifiers.machine.session.outcomes import Output


@command("uptime")
def uptime(session, arguments):
    """How long the machine has been up; here always a minute."""
    return Output(" 12:00:00 up 1 min,  1 user,  load average: 0.00, 0.00, 0.00\n", info="uptime")
