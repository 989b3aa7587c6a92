"""One step of a trace: its types, what it computes, and what its outputs depend on."""
