"""`trainer average`: the mean of models' weights, whole ones and adapters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
import yaml
from click.testing import CliRunner
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.training.averaging import average


def _invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(trainer, ["average", *map(str, arguments)])
    return result.exit_code, result.output if result.exit_code else result.stdout


def _adapter(base: Path, folder: Path, seed: int, rank: int = 2, alpha: int = 6, **settings: bool) -> Path:
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base)
    lora = LoraConfig(r=rank, lora_alpha=alpha, target_modules=["q_proj", "up_proj"], **settings)
    model = get_peft_model(model, lora)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def adapters(tiny_model_dir: Path, tmp_path: Path) -> list[Path]:
    """Two adapters of one base, of different rank and scale."""
    return [
        _adapter(tiny_model_dir, tmp_path / "one", 1),
        _adapter(tiny_model_dir, tmp_path / "two", 2, rank=3, alpha=3),
    ]


@pytest.fixture
def other_model(tiny_model_dir: Path, tmp_path: Path) -> Path:
    """The tiny model after something like a training: every weight a little different."""
    folder = tmp_path / "other"
    shutil.copytree(tiny_model_dir, folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))
    model.save_pretrained(folder)
    return folder


def _weights(folder: Path | str) -> dict[str, torch.Tensor]:
    """The weights that a model computes with: an adapter's are merged."""
    return load_model(folder).model.state_dict()


def test_every_weight_is_the_mean(tiny_model_dir: Path, other_model: Path) -> None:
    mean = average([str(tiny_model_dir), str(other_model), str(other_model)]).model.state_dict()
    ours, theirs = _weights(tiny_model_dir), _weights(other_model)
    for key, weight in mean.items():
        assert torch.allclose(weight, (ours[key] + 2 * theirs[key]) / 3, atol=1e-5)


def test_adapters_change_the_base_by_the_mean_of_their_changes(
    adapters: list[Path], checkpoints: Path
) -> None:
    code, out = _invoke(*adapters, "--name", "mean")
    assert code == 0
    assert out == f"the mean of 2 models is saved in {checkpoints / 'mean'}\n"
    one, two = map(_weights, adapters)
    for key, weight in _weights("mean").items():
        assert torch.allclose(weight, (one[key] + two[key]) / 2, atol=1e-5)
    config = json.loads((checkpoints / "mean" / "adapter_config.json").read_text())
    assert config["r"] == 5
    assert [path.name for path in checkpoints.glob("mean/*/")] == []  # no part is left


def test_an_adapter_of_lower_rank_is_the_nearest(adapters: list[Path], checkpoints: Path) -> None:
    one, two = map(_weights, adapters)
    base = _weights(json.loads((adapters[0] / "adapter_config.json").read_text())["base_model_name_or_path"])
    assert _invoke(*adapters, "--name", "mean", "--rank", 3)[0] == 0
    found = _weights("mean")
    changed = [key for key in found if "q_proj" in key or "up_proj" in key]
    assert changed
    for key in changed:
        left, values, right = torch.linalg.svd((one[key] + two[key]) / 2 - base[key], full_matrices=False)
        nearest = left[:, :3] * values[:3] @ right[:3]
        assert torch.allclose(found[key] - base[key], nearest, atol=1e-4)


def test_the_run_says_what_it_is_made_of_and_for_what_it_was_trained(
    adapters: list[Path], checkpoints: Path
) -> None:
    (adapters[1] / "config.yaml").write_text("task: traces\ncard: true\nlearning_rate: 1\n")
    assert _invoke(*adapters, "--name", "mean", "--dtype", "bfloat16")[0] == 0
    config = yaml.safe_load((checkpoints / "mean" / "config.yaml").read_text())
    assert config["models"] == list(map(str, adapters))
    assert (config["task"], config["card"]) == ("traces", True)
    manifest = json.loads((checkpoints / "mean" / "manifest.json").read_text())
    assert (manifest["kind"], manifest["status"]) == ("average", "finished")
    weights = load_file(checkpoints / "mean" / "adapter_model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}


def test_an_average_is_replaced_only_when_asked(
    tiny_model_dir: Path, other_model: Path, checkpoints: Path
) -> None:
    arguments = (tiny_model_dir, other_model, "--name", "mean")
    assert _invoke(*arguments)[0] == 0
    code, out = _invoke(*arguments)
    assert code == 2 and "--overwrite" in out
    assert _invoke(*arguments, "--overwrite")[0] == 0


def test_what_can_not_be_averaged_is_refused_in_a_line(
    tiny_model_dir: Path, other_model: Path, adapters: list[Path], checkpoints: Path, tmp_path: Path
) -> None:
    foreign = _adapter(other_model, tmp_path / "foreign", 3)
    by_rank = _adapter(tiny_model_dir, tmp_path / "by-rank", 4, use_rslora=True)
    calls = shutil.copytree(adapters[0], tmp_path / "calls")
    (calls / "config.yaml").write_text("task: functions\n")
    (adapters[1] / "config.yaml").write_text("task: traces\n")
    structured = shutil.copytree(calls, tmp_path / "structured")
    (structured / "config.yaml").write_text("task: functions\nformat: structured\n")
    torn, broken, unset = (
        shutil.copytree(adapters[0], tmp_path / name) for name in ("torn", "broken", "unset")
    )
    (torn / "adapter_model.safetensors").write_bytes(b"x" * 20)
    (broken / "adapter_config.json").write_text("{")
    (unset / "config.yaml").write_text("- task: [")
    for models, options, said in (
        ([tiny_model_dir], (), "two models at least"),
        ([adapters[0], tiny_model_dir], (), f"{tiny_model_dir} is none"),
        ([tiny_model_dir, adapters[0]], (), "one is an adapter and tiny is none"),
        ([adapters[0], foreign], (), "give adapters of one model"),
        ([adapters[0], by_rank], (), "rsLoRA or DoRA"),
        ([adapters[1], calls], (), "different tasks (functions, traces)"),
        ([calls, structured], (), "different call formats (hermes, structured)"),
        ([adapters[0], torn], (), "can't be averaged"),
        ([adapters[0], broken], (), "adapter_config.json"),
        ([adapters[0], unset], (), "config.yaml"),
        (adapters, ("--rank", 5000), "rank 5000 is more than the smallest matrix has"),
        ([tiny_model_dir, other_model], ("--rank", 4), "--rank is for adapters"),
        ([tiny_model_dir, tmp_path / "gone"], (), "there is no model"),
    ):
        code, out = _invoke(*models, "--name", "mean", *options)
        assert (code, out.count("\n")) == (2, 1)
        assert said in out
    assert not (checkpoints / "mean").exists()


def test_an_average_does_not_replace_what_it_is_made_of(
    tiny_model_dir: Path, other_model: Path, checkpoints: Path
) -> None:
    assert _invoke(tiny_model_dir, other_model, "--name", "mean")[0] == 0
    for part in ("mean", checkpoints / "mean"):
        code, out = _invoke(part, tiny_model_dir, "--name", "mean", "--overwrite")
        assert (code, "one of the models that are averaged" in out) == (2, True)
    assert (checkpoints / "mean" / "model.safetensors").exists()


def test_models_of_other_shapes_are_refused(
    tiny_model_dir: Path, tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    code, out = _invoke(tiny_model_dir, tiny_call_model_dir, "--name", "mean")
    assert code == 2 and "were not made from one model" in out
