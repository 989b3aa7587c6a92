"""Whether a trace computes the function that its reference does, not merely the same number."""
