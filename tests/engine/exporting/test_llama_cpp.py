"""llama.cpp itself reads what was exported as the model that it was. With the extra `llama`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.exportable import LLAMA3_ROPE, SETTINGS, save_exportable

from trace_trainer.engine.exporting.gguf_model import write_gguf
from trace_trainer.engine.models.loading import load_model

llama_cpp = pytest.importorskip("llama_cpp", exc_type=ImportError)
TEXTS = ("Tom has 1234 apples; he'd give $3.50.\n\n  How many?", "<|im_start|>user\nça va ☃ it's<|im_end|>\n")
MODELS: list[tuple[str, dict[str, Any]]] = [
    *((model_type, {}) for model_type in SETTINGS),
    ("llama", {"rope_parameters": LLAMA3_ROPE}),
]


@pytest.mark.parametrize(("model_type", "settings"), MODELS)
def test_it_reads_the_same_tokens_and_computes_the_same(
    model_type: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    loaded = load_model(save_exportable(model_type, tmp_path / "model", **settings))
    write_gguf(loaded.model, loaded.tokenizer, tmp_path / "tiny.gguf", "tiny", "f32")
    theirs = llama_cpp.Llama(
        str(tmp_path / "tiny.gguf"), n_ctx=512, logits_all=True, verbose=False, n_threads=1
    )
    for text in TEXTS:
        ids = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert theirs.tokenize(text.encode(), add_bos=False, special=True) == ids
        theirs.reset()
        theirs.eval(ids)
        with torch.no_grad():
            ours = loaded.model(torch.tensor([ids])).logits[0].numpy()
        apart = np.abs(theirs.scores[: len(ids), : ours.shape[1]] - ours).max()
        assert apart < 2e-3 * np.abs(ours).max()  # its cache is in float16


def test_its_quantiser_is_found(tmp_path: Path) -> None:
    from trace_trainer.engine.exporting.artefact import GGUF, Artefact

    loaded = load_model(save_exportable("llama", tmp_path / "model", hidden_size=256, intermediate_size=256))
    artefact = Artefact("tiny", GGUF, "q4_k_m", tmp_path / "out")
    artefact.check(loaded)
    artefact.write(loaded, overwrite=False)
    assert [path.name for path in artefact.folder.iterdir()] == ["tiny-q4_k_m.gguf"]
    llama_cpp.Llama(str(artefact.weights), n_ctx=64, verbose=False, n_threads=1)
