"""The shell's own commands, chroot, and those that are known but not simulated."""
