"""A text with a trace, and the verdict on it."""
