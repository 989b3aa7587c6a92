"""Replies in words: what must not stand in them, and whether they say what was expected."""
