"""What a model computes on: a GPU of NVIDIA's or Apple's where there is one, else the CPU, unless one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trace_trainer.engine.errors import UserError

if TYPE_CHECKING:  # settings list the devices without it
    import torch

AUTO_DEVICE = "auto"
DEVICES = (AUTO_DEVICE, "cpu", "cuda", "mps")


def chosen_device(name: str = AUTO_DEVICE) -> torch.device:
    """The device of this name, one of DEVICES. Raises UserError where this machine has none such."""
    import torch

    found = _devices()
    if name == AUTO_DEVICE:
        return torch.device(found[0])
    if name not in found:
        raise UserError(f"--device {name}: PyTorch finds none on this machine; it has {', '.join(found)}")
    return torch.device(name)


def _devices() -> list[str]:
    """Those of this machine, the fastest first."""
    import torch

    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    return [*(["cuda"] if cuda else []), *(["mps"] if mps else []), "cpu"]


def fastest_dtype(device: torch.device) -> str:
    """What a device computes in faster: bfloat16 without instructions of its own is slower than float32."""
    import torch

    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "cpu":
        able = torch.cpu.get_capabilities()
        native = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    else:  # Apple's compute both at about one speed, and not all of them have bfloat16
        native = False
    return "bfloat16" if native else "float32"
