"""Commands that set a system up or say what it is: users, time, locale, packages, boot loaders."""
