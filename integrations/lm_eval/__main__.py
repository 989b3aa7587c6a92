"""`lm_eval --include_path "$(python -m trace_trainer.integrations.lm_eval)" --tasks trace_trainer`."""

from trace_trainer.integrations.lm_eval import FOLDER

print(FOLDER)
