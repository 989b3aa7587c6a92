"""Rows in the forms that data sets have: files, folders, the hub, standard input; their columns; and writing them."""
