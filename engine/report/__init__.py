"""A page about a run, from what its folder holds. Runs no model and imports no training."""
