"""Problem files, ours and others': read with errors that name file, line and field, and written."""
