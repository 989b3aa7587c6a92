"""What a question says: the numbers in it, the constants that it speaks of, and its gold answer."""
