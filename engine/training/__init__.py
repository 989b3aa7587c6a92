"""Models made better: a prepared run, which weights are trained, the two stages SFT and RL, averages of their results.

Training calls neither the doctor nor a command, and judges itself by `evaluation` alone.
"""
