"""What is shown to people: tables, progress, text made safe. Knows nothing of this project."""
