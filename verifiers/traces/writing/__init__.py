"""What a trace that is being written may go on with, so that nothing but its execution and its answer can be wrong."""
