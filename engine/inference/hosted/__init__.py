"""Models behind an address: prompts in, replies out, over OpenAI's chat completions. Knows no task and no problem."""
