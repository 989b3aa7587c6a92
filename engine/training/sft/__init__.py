"""Supervised fine-tuning on gold replies. Knows nothing of rewards."""
