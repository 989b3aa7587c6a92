"""What is checked before a long run. The doctor examines a prepared run; training does not know that it exists."""
