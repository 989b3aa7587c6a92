"""Commands on files and folders and on the text in them."""
