"""Another attention for a while, out of those registered with Transformers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from transformers import PreTrainedModel


@contextlib.contextmanager
def attending_by(model: PreTrainedModel, name: str) -> Iterator[None]:
    """Inside, the model's layers attend by the function that is registered under this name."""
    before = model.config._attn_implementation
    model.config._attn_implementation = name
    try:
        yield
    finally:
        model.config._attn_implementation = before
