"""Training, evaluation and the command line of Trace Trainer.

Nothing is imported here, so that commands which need no model start without torch.
"""
