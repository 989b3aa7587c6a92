"""What can be wrong with a model's folder, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.model_folders import POINTER, copied, edit_json, edit_weights, save_adapter, spoilt, without

CODE = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"


@dataclass(frozen=True)
class Fault:
    """One fault. `make` changes a copy of a sound folder; `said` is a part of the one line."""

    name: str
    make: Callable[[Path], object]
    said: str


def _untied(part: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        edit_json(folder / "config.json", tie_word_embeddings=False)
        edit_weights(folder / "model.safetensors", without(part))

    return make


def _edit(file: str, **changes: object) -> Callable[[Path], None]:
    return lambda folder: edit_json(folder / file, **changes)


def _write(file: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_text(text)


def _weights(change: Callable[..., object], file: str = "model.safetensors") -> Callable[[Path], None]:
    return lambda folder: edit_weights(folder / file, change)  # type: ignore[arg-type]


def _cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])


def _index(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {}}), encoding="utf-8")


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"x" * 50)


def _without_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (folder / name).unlink()


def _own_code(file: str, auto: str) -> Callable[[Path], None]:
    """Code in the folder that the file refers to, which leaves a file `ran` where it runs."""

    def make(folder: Path) -> None:
        (folder / "own.py").write_text(CODE)
        changes = {"auto_map": {auto: ["own.Own", None] if "Tokenizer" in auto else "own.Own"}}
        if file == "config.json":
            edit_json(folder / file, model_type="own", **changes)
        else:
            edit_json(folder / file, tokenizer_class="Own", **changes)
            edit_json(folder / "config.json", model_type="own")

    return make


MODELS = (
    Fault(
        "a head that was not saved",
        _untied("embed_tokens"),
        "missing from its files: lm_head.weight, model.embed",
    ),
    Fault(
        "a layer that was not saved", _weights(without("layers.1.")), "model.layers.1.input_layernorm.weight"
    ),
    Fault(
        "weights of another shape",
        _edit("config.json", intermediate_size=64),
        "has the shape [48, 96] in its",
    ),
    Fault(
        "weights of more layers",
        _edit("config.json", num_hidden_layers=1),
        "has no place for: model.layers.1",
    ),
    Fault("weights of another architecture", _edit("config.json", model_type="qwen3"), "q_norm.weight"),
    Fault("a weight that is NaN", _weights(spoilt("q_proj", float("nan"))), "q_proj.weight holds NaN"),
    Fault(
        "an infinite weight",
        _weights(spoilt("q_proj", float("inf"))),
        "q_proj.weight holds an infinite value",
    ),
    Fault("a weight file that is cut", _cut, "can't load"),
    Fault("a pointer of Git LFS for weights", _write("model.safetensors", POINTER), "git lfs pull"),
    Fault("a pointer of Git LFS for a tokenizer", _write("tokenizer.json", POINTER), "git lfs pull"),
    Fault(
        "no weight file",
        lambda folder: (folder / "model.safetensors").unlink(),
        "no file named model.safetensors",
    ),
    Fault("no tokenizer", _without_tokenizer, "has no tokenizer"),
    Fault("a tokenizer that is cut", _write("tokenizer.json", '{"version": "1.0", "mod'), "can't load"),
    Fault("a configuration that is no JSON", _write("config.json", "{"), "can't load"),
    Fault("a configuration of nothing", _write("config.json", "{}"), "can't load"),
    Fault("a tokenizer of nothing", _write("tokenizer.json", "{}"), "JSON files lacks 'added_tokens'"),
    Fault("an index of weights that lacks half", _index, "JSON files lacks 'metadata'"),
    Fault("a weight file that is no file of weights", _pickled, "is none of PyTorch's"),
    Fault("generation settings that are a list", _write("generation_config.json", "[]"), "can't load"),
    Fault("an architecture that is not known", _edit("config.json", model_type="nosuch"), "can't load"),
    Fault(
        "code for the model",
        _own_code("config.json", "AutoModelForCausalLM"),
        "code of its own, which is never run",
    ),
    Fault(
        "code for the configuration",
        _own_code("config.json", "AutoConfig"),
        "code of its own, which is never run",
    ),
    Fault(
        "code for the tokenizer",
        _own_code("tokenizer_config.json", "AutoTokenizer"),
        "code of its own, which is never",
    ),
)
"""Of a folder with a whole model."""


def _renamed(folder: Path) -> None:
    edit_weights(
        folder / "adapter_model.safetensors",
        lambda tensors: {key.replace("q_proj", "query"): value for key, value in tensors.items()},
    )


def _names_itself(folder: Path) -> None:
    edit_json(folder / "adapter_config.json", base_model_name_or_path=str(folder))


def _in_a_circle(folder: Path) -> None:
    other = copied(folder, folder.with_name(f"{folder.name}-2"))
    edit_json(folder / "adapter_config.json", base_model_name_or_path=str(other))
    edit_json(other / "adapter_config.json", base_model_name_or_path=str(folder))


def _other_base(folder: Path) -> None:
    """The base has layers of another width now."""
    base = Path(json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"])
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(base)
    config.intermediate_size = 64
    other = copied(base, folder.with_name(f"{folder.name}-base"))
    AutoModelForCausalLM.from_config(config).save_pretrained(other)
    edit_json(folder / "adapter_config.json", base_model_name_or_path=str(other))


_ADAPTER = "adapter_model.safetensors"
ADAPTERS = (
    Fault("keys of other names", _renamed, "does not fit tiny: its files lack model.layers.0.self_attn.q_proj"),
    Fault("keys of one layer only", _weights(without("layers.1."), _ADAPTER), "its files lack"),
    Fault("a base of another shape", _other_base, "size mismatch"),
    Fault("a weight that is NaN", _weights(spoilt("lora_A", float("nan")), _ADAPTER), "holds NaN"),
    Fault("a base that has moved", _edit("adapter_config.json", base_model_name_or_path="/gone"), "--base"),
    Fault("a base that is itself", _names_itself, "is its own base"),
    Fault("two adapters, each the other's base", _in_a_circle, "is its own base"),
    Fault("no base", _edit("adapter_config.json", base_model_name_or_path=None), "does not say which model it adapts"),
    Fault("a kind of adapter that is not known", _edit("adapter_config.json", peft_type="NOSUCH"), "can't load"),
    Fault("no weight file", lambda folder: (folder / _ADAPTER).unlink(), "has no weights"),
    Fault("a pointer of Git LFS", _write(_ADAPTER, POINTER), "git lfs pull"),
    Fault("settings that are no JSON", _write("adapter_config.json", "{"), "can't read"),
)  # fmt: skip
"""Of a folder with a LoRA adapter on the tiny model."""


def faulty(fault: Fault, sound: Path, folder: Path) -> Path:
    """The folder of a sound model or adapter, with the fault."""
    copied(sound, folder)
    fault.make(folder)
    return folder


def sound_adapter(base: Path, folder: Path) -> Path:
    """What the faults of adapters are made of."""
    return save_adapter(base, folder)
