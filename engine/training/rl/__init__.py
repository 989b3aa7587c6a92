"""Reinforcement learning from the rewards of a task: this project's loop, and TRL's. Knows no expert and no format of a
reply: what a completion is worth is the task's to say.
"""
