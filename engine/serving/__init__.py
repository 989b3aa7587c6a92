"""A model as a server of chat completions: requests read, sampled together, answered. Knows no training."""
