"""Models and tokenizers: what a name means, loading, chat templates, vocabulary, compilation. Knows no task, and
nothing of what is asked of a model.
"""
