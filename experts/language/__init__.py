"""The language of traces, whatever the expert: declarations, steps, expressions and numbers."""
