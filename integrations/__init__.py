"""The verifier in other people's trainers, evaluators and data sets: a thin file each, which imports its package alone."""
