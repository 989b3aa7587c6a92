"""What an update of reinforcement learning maximises; apart from the training, so that settings can name it."""
