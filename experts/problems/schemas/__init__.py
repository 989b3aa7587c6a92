"""The stories: each file declares schemas, which write a question and execute its trace."""
