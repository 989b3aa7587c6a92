"""What `make bench-training` times: sampling and training beside the stock tools', doing the same work."""

SAMPLING, GUIDED, ITERATION, FINE_TUNING, ANSWERS = BENCHMARKS = (
    "sampling",
    "guided",
    "iteration",
    "sft",
    "answers",
)
"""The benchmarks by name, here where nothing is imported for a command's help."""
