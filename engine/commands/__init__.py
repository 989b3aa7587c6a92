"""One file a command of `trainer`: its options and what it prints, and nothing else. From here everything is in
reach, and nobody imports a command.
"""
