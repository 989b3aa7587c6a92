"""A trained model in the forms that other programs read, checked and measured again."""
