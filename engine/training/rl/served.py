"""The server that a run samples by (`--sampler vllm`): it is sent the weights whenever they have changed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.inference.samplers import SAMPLERS, Server
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.places import checkpoints_root
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.team import Team

if TYPE_CHECKING:
    from trace_trainer.engine.inference.samplers import Connect

_OF_THE_SERVER = ("vllm_url", "vllm_timeout", "importance_cap")
_READABLE = 0o755  # the server may be another user's


def is_served(config: RLConfig) -> bool:
    """Whether a server samples."""
    return _connecting(config) is not None


def _connecting(config: RLConfig) -> Connect | None:
    sampler = SAMPLERS.get(config.sampler)  # none has the name that leaves the choice to the model
    return sampler.connect if sampler is not None else None


def check_served(config: RLConfig) -> None:
    """Raise UserError for settings that a server can't meet, and for those of one where there is none."""
    name = f"--sampler {config.sampler}"
    default = RLConfig()
    if not is_served(config):
        given = [key for key in _OF_THE_SERVER if getattr(config, key) != getattr(default, key)]
        if given:
            raise UserError(
                f"--{given[0].replace('_', '-')} needs --sampler vllm, or another that is a server"
            )
        return
    if config.constrain != OFF:
        raise UserError(f"{name} can't be constrained: the masks of --constrain are not on the server")
    if config.trim_vocab:
        raise UserError(f"{name} samples with the whole vocabulary: leave out --trim-vocab")
    if config.method == "qlora":
        raise UserError(
            f"{name} is sent whole weights, and --method qlora has them in 4 bits; use --method lora"
        )


def served_policy(config: RLConfig, loaded: LoadedModel, team: Team) -> ServedPolicy | None:
    """The server that samples, reached; None where none is to.

    Raises UserError where it can't be reached, or can't be trained with.
    """
    if (connect := _connecting(config)) is None:
        return None
    vocabulary = loaded.model.get_input_embeddings().num_embeddings
    return ServedPolicy(connect(config.vllm_url, config.vllm_timeout, vocabulary), loaded.model, team)


class ServedPolicy:
    """A server, as a copy of the model in training.

    Args:
        server: that samples.
        model: in training.
        team: the processes of the run; each asks the server, and the main one sends it the weights.
    """

    def __init__(self, server: Server, model: PreTrainedModel, team: Team) -> None:
        self.server, self._model, self._team = server, model, team
        self._sent: int | None = None

    def follow(self, steps: int) -> None:
        """Send the weights, merged where they are an adapter's, unless they were sent after so many steps."""
        if steps != self._sent:
            self._team.led(self._send)
            self._sent = steps

    def _send(self) -> None:
        root = checkpoints_root().resolve()
        try:
            root.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".weights-", dir=root) as name:
                folder = Path(name)
                folder.chmod(_READABLE)
                _write(self._model, folder)
                self.server.load(folder)
        except OSError as error:
            raise UserError(f"the weights for the server can't be written to {root}: {error}") from None


def _write(model: PreTrainedModel, folder: Path) -> None:
    """Write weights under the names that the model's own checkpoint has."""
    options: dict[str, Any] = {}
    if hasattr(model, "peft_config"):
        model = model.get_base_model()
        options["state_dict"] = _merged_weights(model)
    model.save_pretrained(folder, **options)


def _merged_weights(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """The weights of a model within which an adapter is merged, without the adapter's own."""
    return {
        name.replace(".base_layer.", "."): weight
        for name, weight in model.state_dict().items()
        if ".lora_" not in name
    }
