"""Run folders: their names, manifests and logs, and how they are found again. Knows no settings but as values to write
down, and no training.
"""
