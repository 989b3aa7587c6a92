"""The verifier as a server of rewards, for trainers in other processes and languages. Knows no model."""
