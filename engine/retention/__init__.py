"""What a model still can after training: the same tasks put to it before and after, without any of the trained ones."""
