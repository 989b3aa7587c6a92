"""Folders of tiny models with one thing changed: what is wrong with them, or what they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"


def copied(source: Path, folder: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(source, folder))


def edit_json(path: Path, **changes: object) -> None:
    """Change keys of a JSON file; None removes one."""
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), encoding="utf-8")


def edit_weights(file: Path, change: Callable[[dict[str, torch.Tensor]], Mapping[str, torch.Tensor]]) -> None:
    """Write the tensors of a file again as `change` has them."""
    save_file(dict(change(load_file(file))), file, metadata={"format": "pt"})


def without(part: str) -> Callable[[dict[str, torch.Tensor]], Mapping[str, torch.Tensor]]:
    """Leaves out the tensors with this in their name."""
    return lambda tensors: {key: value for key, value in tensors.items() if part not in key}


def spoilt(part: str, value: float) -> Callable[[dict[str, torch.Tensor]], Mapping[str, torch.Tensor]]:
    """Gives one weight of the tensors with this in their name a value."""

    def change(tensors: dict[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
        for key, tensor in tensors.items():
            if part in key:
                tensor.view(-1)[0] = value
        return tensors

    return change


def save_adapter(base: Path, folder: Path, **settings: Any) -> Path:
    """An adapter on a base that changes what it computes; settings of LoraConfig."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    lora = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | settings
    torch.manual_seed(1)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(**lora))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    edit_json(folder / "adapter_config.json", base_model_name_or_path=str(base))
    return folder
