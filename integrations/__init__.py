"""The verifier in other trainers, evaluators and data sets: a thin file each, which imports its package alone."""
