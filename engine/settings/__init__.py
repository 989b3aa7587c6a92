"""What can be set for a run: how a setting is declared, the settings of each stage, recipes that hold them. Knows
what is to be learned by the tasks' names, and nothing of how it is trained.
"""
