"""What a command sees of the machine: its shell, its options and operands, and how it may end."""
