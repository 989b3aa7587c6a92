"""A simulated computer that an operating system is installed on: commands run on its state, never on a real system."""

from trace_trainer.verifiers.machine.effects import canonical, compare_effects
from trace_trainer.verifiers.machine.machine import Machine, Result
from trace_trainer.verifiers.machine.model.facts import PHASES
from trace_trainer.verifiers.machine.model.spec import MachineSpecError

__all__ = ["PHASES", "Machine", "MachineSpecError", "Result", "canonical", "compare_effects"]
