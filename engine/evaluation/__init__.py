"""Models measured: completions judged, figures with their intervals, votes, comparisons, tables. Does not know how
a model was trained.
"""
