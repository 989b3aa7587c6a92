"""Compiling a model's layers for training (`--compile`).

On a CPU most of a small model's step goes into elementwise operations, each of which reads and writes its tensor; the
compiler makes one pass of many. A kind of layer is compiled once, for rows of any number and length. Only inside the
context: sampling and evaluation, which would each need a compilation of their own, run as they are.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import without_adapter

_COMPILERS = ("g++", "clang++", "cl")


def check_compiling(model: PreTrainedModel) -> None:
    """Raises UserError where there is no compiler, or the model does not say what its layers are."""
    compilers = filter(None, (os.environ.get("CXX"), *_COMPILERS))
    if model.device.type == "cpu" and not any(map(shutil.which, compilers)):
        raise UserError(
            f"--compile needs a C++ compiler ({', '.join(_COMPILERS)}); install one, or give --no-compile"
        )
    if not _layers(model):
        kind = type(without_adapter(model)).__name__
        raise UserError(f"--compile finds no layers in a {kind}; give --no-compile")


@contextmanager
def compiled_layers(model: PreTrainedModel, wanted: bool = True) -> Iterator[None]:
    """Inside, the layers of the model, or of its base, are compiled at their first use, if that is `wanted`."""
    layers = _layers(model) if wanted else []
    for layer in layers:
        layer.compile(dynamic=True)
    try:
        yield
    finally:
        for layer in layers:
            layer._compiled_call_impl = None


def _layers(model: PreTrainedModel) -> list[torch.nn.Module]:
    base = without_adapter(model)
    kinds = set(base._no_split_modules or ())
    return [module for module in base.modules() if type(module).__name__ in kinds]
