"""Writing a model in the form of another program, and loading it again to see what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.atomic import sync_folder
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.models.chat import end_token_ids
from trace_trainer.engine.models.loading import LoadedModel, load_model

MERGED, GGUF, OLLAMA, MLX = "merged", "gguf", "ollama", "mlx"
FORMS: dict[str, tuple[str, ...]] = {
    MERGED: ("bf16", "f16", "f32"),
    GGUF: ("f16", "bf16", "f32", "q8_0", "q4_k_m"),
    OLLAMA: ("f16", "bf16", "f32", "q8_0", "q4_k_m"),
    MLX: ("bf16", "f16", "f32"),
}
"""What a model can be exported to, each with the number types that it can have, the usual one first."""

_DTYPES = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32}
_QUANTISED = "q4_k_m"  # by llama.cpp's own quantiser alone
_QUANTISER = "llama-quantize"
_PROBED = 16  # prompts whose logits are compared


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model that is to be written.

    Attributes:
        name: what it is called.
        form: a key of FORMS.
        kind: the number type of its matrices.
        folder: where it goes.
    """

    name: str
    form: str
    kind: str
    folder: Path

    @property
    def in_gguf(self) -> bool:
        return self.form in (GGUF, OLLAMA)

    @property
    def weights(self) -> Path:
        """What `load_model` loads of it: the folder, or a file there."""
        return self.folder / f"{self.name}-{self.kind}.gguf" if self.in_gguf else self.folder

    def check(self, loaded: LoadedModel) -> None:
        """Raise UserError where the model can't be written so, before anything expensive is done."""
        if not self.in_gguf:
            return
        require_extra("gguf", f"trainer export --to {self.form}")
        from trace_trainer.engine.exporting.gguf_model import check_writable
        from trace_trainer.engine.exporting.gguf_tokenizer import vocabulary_of

        check_writable(loaded.model)
        vocabulary_of(loaded.tokenizer, loaded.model.get_input_embeddings().num_embeddings)
        if self.kind == _QUANTISED:
            _quantiser()
        if self.form == OLLAMA:
            self._modelfile(loaded)

    def write(self, loaded: LoadedModel, overwrite: bool) -> None:
        """Write it, whole or not at all.

        Args:
            loaded: in float32 on the CPU, an adapter merged, the vocabulary whole.

        Raises UserError where weights are beyond the number type, and OSError.
        """
        partial = self.folder.with_name(f".{self.folder.name}.partial-{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            self._write(loaded, replace(self, folder=partial))
            for path in partial.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            if overwrite:
                shutil.rmtree(self.folder, ignore_errors=True)
            partial.rename(self.folder)
            sync_folder(self.folder.parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _write(self, loaded: LoadedModel, at: Artefact) -> None:
        if not self.in_gguf:
            _write_folder(loaded, at.folder, _DTYPES[self.kind])
            return
        from trace_trainer.engine.exporting.gguf_model import write_gguf

        if self.kind != _QUANTISED:
            write_gguf(loaded.model, loaded.tokenizer, at.weights, self.name, self.kind)
        else:
            whole = at.folder / "whole.gguf"
            write_gguf(loaded.model, loaded.tokenizer, whole, self.name, "f16")
            _quantise(whole, at.weights)
            whole.unlink()
        if self.form == OLLAMA:
            (at.folder / "Modelfile").write_text(self._modelfile(loaded), encoding="utf-8")

    def _modelfile(self, loaded: LoadedModel) -> str:
        from trace_trainer.engine.exporting.ollama import modelfile

        tokenizer = loaded.tokenizer
        ends = sorted(end_token_ids(tokenizer, loaded.model) & set(range(len(tokenizer))))
        return modelfile(
            self.weights.name, tokenizer, [str(tokenizer.convert_ids_to_tokens(id)) for id in ends]
        )


def _write_folder(loaded: LoadedModel, folder: Path, dtype: torch.dtype) -> None:
    model = loaded.model
    largest = torch.finfo(dtype).max
    beyond = [name for name, weight in model.named_parameters() if weight.abs().max() > largest]
    if beyond:
        raise UserError(f"{beyond[0]} holds numbers beyond float16: take --type bf16")
    loaded.save(folder, {name: weight.to(dtype) for name, weight in model.state_dict().items()})
    config = folder / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) | {"dtype": str(dtype).removeprefix("torch.")}
    config.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _quantiser() -> str | None:
    """llama.cpp's program, or None for its library. Raises UserError where neither is at hand."""
    if program := shutil.which(_QUANTISER):
        return program
    try:
        import llama_cpp  # noqa: F401
    except (ImportError, RuntimeError):
        raise UserError(
            f"--type {_QUANTISED} needs llama.cpp's quantiser: put {_QUANTISER} on the path, or pip install "
            "'trace-trainer[llama]'; --type q8_0 needs neither"
        ) from None
    return None


def _quantise(source: Path, target: Path) -> None:
    """Quantise a GGUF file by llama.cpp. Raises UserError where it fails."""
    if program := _quantiser():
        done = subprocess.run([program, str(source), str(target), "Q4_K_M"], capture_output=True, text=True)
        if done.returncode:
            raise UserError(f"{_QUANTISER}: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
        return
    import llama_cpp

    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    if llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), settings):
        raise UserError(f"llama.cpp could not quantise {source.name} to {_QUANTISED}")


@dataclass(frozen=True, slots=True)
class Reading:
    """How far what is loaded of two models is the same.

    Attributes:
        tokenizer: both read these texts as the same tokens.
        logits: the greatest difference of a logit.
        largest: the greatest logit, to compare it with.
        agreement: share of positions whose most likely token is the same.
    """

    tokenizer: bool
    logits: float
    largest: float
    agreement: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def loaded_again(
    artefact: Artefact, before: LoadedModel, texts: Sequence[str]
) -> tuple[LoadedModel, Reading]:
    """What was written, as Transformers loads it, and how far it is the model that it was.

    A tokenizer that Transformers makes otherwise of a GGUF file is replaced by the model's own, as llama.cpp reads such
    files in its own way.

    Args:
        before: the model, in float32.
        texts: that both are to read and continue.
    """
    after = load_model(artefact.weights, device="cpu")
    after.name = f"{artefact.name}-{artefact.kind}"
    if artefact.in_gguf:
        after.model = in_shape_of(before.model, after.model)
    alike = all(_ids(before, text) == _ids(after, text) for text in texts)
    if not alike:
        after.tokenizer = before.tokenizer
    return after, _compared(before, after, texts, alike)


def in_shape_of(model: PreTrainedModel, read: PreTrainedModel) -> PreTrainedModel:
    """The weights of a model as Transformers read them out of a GGUF file, with the configuration of another.

    It passes over what llama.cpp reads there besides, or takes as given: how rotary embeddings and queries are scaled.
    """
    shaped = type(model)(model.config).eval()
    shaped.load_state_dict(read.state_dict())
    return shaped


def merging_error(merged: LoadedModel, adapter: LoadedModel, texts: Sequence[str]) -> Reading:
    """How far the merged model is from its base with the adapter beside it."""
    return _compared(adapter, merged, texts, True)


@torch.no_grad()
def _compared(before: LoadedModel, after: LoadedModel, texts: Sequence[str], alike: bool) -> Reading:
    apart = largest = 0.0
    same = positions = 0
    for text in texts[:_PROBED]:
        ids = torch.tensor([_ids(before, text)])
        ours, theirs = before.model(input_ids=ids).logits.float(), after.model(input_ids=ids).logits.float()
        theirs = theirs[..., : ours.shape[-1]]
        apart = max(apart, float((ours - theirs).abs().max()))
        largest = max(largest, float(ours.abs().max()))
        same += int((ours.argmax(-1) == theirs.argmax(-1)).sum())
        positions += ids.numel()
    return Reading(alike, apart, largest, same / max(1, positions))


def _ids(loaded: LoadedModel, text: str) -> list[int]:
    ids: list[int] = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
