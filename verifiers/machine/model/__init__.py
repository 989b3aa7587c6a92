"""The state of the simulated machine, and what can be said of it without running anything."""
