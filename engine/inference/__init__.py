"""Models run: sampling, scoring, guided decoding, losses on given replies. Knows tokens and prompts, no task and no
problem.
"""
