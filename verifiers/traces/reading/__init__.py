"""From text to typed steps: canonical text fast, any YAML that says the same otherwise."""
