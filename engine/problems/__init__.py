"""Problems with their gold: generated, converted, read from files. Knows no model and no tokenizer."""
