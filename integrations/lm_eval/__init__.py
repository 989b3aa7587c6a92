"""A folder of tasks for EleutherAI's lm-evaluation-harness: `lm_eval --include_path FOLDER --tasks trace_trainer`."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""What `--include_path` takes."""
