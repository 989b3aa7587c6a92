"""Which weights are trained: all of them, a LoRA adapter, one on a 4-bit base, or the last layers and the head."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.adapters import untie_adapted
from trace_trainer.engine.models.compilation import check_compiling
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.models.names import portable_path
from trace_trainer.engine.models.recomputation import check_recomputing
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.training.optimisers import check_optimiser


def load_trainable(name: str, config: TuningConfig) -> LoadedModel:
    """Load a model and make trainable what `config.method` says, and nothing else.

    Weights that are trained are float32, whatever `config.dtype`; frozen ones have that dtype. A model that already
    has an adapter goes on with it.

    Its tokenizer gets the chat template that the task needs. Raises UserError where the model does not fit the method
    or the task, or can't be compiled and should be.
    """
    check_optimiser(config)
    adapts = config.method in ("lora", "qlora")
    dtype = config.dtype if adapts else "float32"
    loaded = load_model(
        name,
        dtype=dtype,
        four_bit=config.method == "qlora",
        keep_adapter=True,
        device=config.device,
        base=config.base,
    )
    config.make_task().fit(loaded.tokenizer, loaded.name)
    if config.compile:
        check_compiling(loaded.model)
    if config.gradient_checkpointing:
        check_recomputing(loaded.model)
    return trainable_part(loaded, config)


def trainable_part(loaded: LoadedModel, config: TuningConfig) -> LoadedModel:
    """The model with what `config.method` says made trainable, in place. Raises UserError where it does not fit."""
    if config.method in ("lora", "qlora"):
        loaded.model = _with_adapter(loaded, config)
        return loaded
    if loaded.is_adapter:
        raise UserError(
            f"{loaded.name} is an adapter, which method {config.method} can't train; use method lora"
        )
    loaded.model.requires_grad_(config.method == "full")
    if config.method == "last-k":
        _unfreeze_last(loaded.model, config.last_k)
    return loaded


def _with_adapter(loaded: LoadedModel, config: TuningConfig) -> PreTrainedModel:
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    model = loaded.model
    if loaded.is_adapter:
        adapter = model.peft_config["default"]
        if (adapter.r, adapter.lora_alpha) != (config.rank, config.alpha):
            raise UserError(
                f"the adapter {loaded.name} has rank {adapter.r} and alpha {adapter.lora_alpha}; it can't go on "
                f"with rank {config.rank} and alpha {config.alpha}: give --rank {adapter.r} --alpha "
                f"{adapter.lora_alpha}"
            )
        return model
    if config.method == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    targets = list(config.target_modules) if config.target_modules else "all-linear"
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )
    untie_adapted(model, config.target_modules or ())
    try:
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)  # half of an adapter's weights start at random
            adapted = get_peft_model(model, lora)
    except ValueError as error:
        linear = sorted(
            {n.rsplit(".", 1)[-1] for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)}
        )
        raise UserError(f"target_modules {targets}: {error}; the model has {', '.join(linear)}") from error
    adapted.peft_config["default"].base_model_name_or_path = portable_path(loaded.path)
    adapted.eval()  # PEFT's new layers start in training mode, where dropout acts
    return adapted


def _unfreeze_last(model: PreTrainedModel, last_k: int) -> None:
    """Train the last `last_k` layers, what follows them, and the head; a head tied to the embedding trains that too."""
    layers = getattr(model.get_decoder(), "layers", None)
    if layers is None:
        raise UserError(f"method last-k can't find the layers of a {type(model).__name__}; use method lora")
    if last_k > len(layers):
        raise UserError(
            f"last_k is {last_k}, but the model has {len(layers)} layers; use method full, or fewer"
        )
    parts = [*layers[-last_k:], getattr(model.get_decoder(), "norm", None), model.get_output_embeddings()]
    for part in parts:
        if part is not None:
            part.requires_grad_(True)


@contextlib.contextmanager
def merged_adapter(model: PreTrainedModel) -> Iterator[None]:
    """Inside, an adapter is added to the weights that it adapts, so that a forward pass costs what the base's costs.

    Afterwards those weights are what they were, to the last bit: to subtract what was added would leave rounding
    errors, more of them each time. Weights in 4 bits, which would lose the adapter in rounding, keep it beside them.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer

    layers = [module for module in model.modules() if isinstance(module, BaseTunerLayer)]
    weights = [layer.get_base_layer().weight for layer in layers]
    if not all(weight.is_floating_point() for weight in weights):
        layers, weights = [], []
    # In the main memory, where a GPU's would not hold a large model twice.
    kept = [weight.detach().to("cpu", copy=True) for weight in weights]
    for layer in layers:
        layer.merge()
    try:
        yield
    finally:
        with torch.no_grad():
            for layer, weight, before in zip(layers, weights, kept, strict=True):
                layer.unmerge()
                weight.copy_(before)


def autocast(config: TuningConfig, model: PreTrainedModel) -> torch.autocast:
    """Computing in `config.dtype`. Weights, gradients and the optimiser's state are float32 either way."""
    return torch.autocast(model.device.type, torch.bfloat16, enabled=config.dtype == "bfloat16")


def trainable_weights(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """What a training changes: the trainable parameters by name, not copied."""
    return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
