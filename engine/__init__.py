"""Training, evaluation and the command line of Trace Trainer, in rooms on floors: imports go downwards only.

The floors stand in tests/test_architecture.py. Nothing is imported here, so that commands which need no model start
without torch.
"""
