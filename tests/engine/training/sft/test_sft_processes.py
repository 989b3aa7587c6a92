"""Several processes of `trainer sft`: the weights of one, one that writes, and a run that survives the loss of one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.processes import PATIENCE, began, ended, environment, free_port, start
from safetensors.torch import load_file

from trace_trainer.engine.inference.batches import plan_batches
from trace_trainer.engine.runs.checkpoints import newest_checkpoint
from trace_trainer.engine.settings.recipes import RECIPES
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.sft.plan import Plan, planned

SETTINGS = (
    "--count", 40, "--eval-count", 2, "--max-new-tokens", 8, "--batch-tokens", 2048, "--micro-batch-tokens", 512,
    "--learning-rate", 1e-2, "--skip-doctor", "dry-run", "--skip-doctor", "lengths",
)  # fmt: skip


def launched(launcher: Sequence[object], checkpoints: Path, *arguments: object) -> str:
    """What a command says that a launcher starts in several processes."""
    done = subprocess.run(
        [*map(str, launcher), "-m", "trace_trainer.engine.cli", *map(str, arguments)],
        env=environment(checkpoints),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def steps(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_torchrun_and_accelerate_come_to_the_weights_of_one_process(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    given = ("sft", "--model", tiny_model_dir, *SETTINGS)
    ((code, _, said),) = ended(start(tmp_path, *given, "--name", "one", count=1))
    assert code == 0, said
    torchrun = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        2,
        "--master-port",
        free_port(),
    ]
    accelerate = [
        *(sys.executable, "-m", "accelerate.commands.launch", "--main_process_port", free_port()),
        *("--config_file", RECIPES / "accelerate" / "cpu.yaml"),
    ]
    outputs = [
        launched(launcher, tmp_path, *given, "--name", name)
        for launcher, name in ((torchrun, "torchrun"), (accelerate, "accelerate"))
    ]
    before = load_file(tiny_model_dir / "model.safetensors")
    one = load_file(tmp_path / "one_sft" / "model.safetensors")
    moved = max(float((one[name] - before[name]).abs().max()) for name in one)
    for name, said in zip(("torchrun", "accelerate"), outputs, strict=True):
        assert said.count("saved in") == 1
        both = load_file(tmp_path / f"{name}_sft" / "model.safetensors")
        apart = max(float((one[key] - both[key]).abs().max()) for key in one)
        assert moved > 1e-3 and apart < moved / 50
        for mine, shared in zip(steps(tmp_path / "one_sft"), steps(tmp_path / f"{name}_sft"), strict=True):
            assert mine["tokens"] == shared["tokens"]
            assert mine["loss"] == pytest.approx(shared["loss"], rel=1e-4)
            assert mine["grad_norm"] == pytest.approx(shared["grad_norm"], rel=1e-3)


def test_a_process_that_is_lost_ends_the_run_with_a_line_and_a_checkpoint(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    given = ("sft", "--model", tiny_model_dir, *SETTINGS, "--epochs", 200, "--checkpoint-every", 1)
    processes = start(tmp_path, *given, "--name", "r")
    began(processes, tmp_path / "r_sft" / "metrics.jsonl", 5)
    processes[1].send_signal(signal.SIGKILL)
    code, _, said = ended(processes)[0]
    assert code == 2
    assert "another process of this run has ended" in said.splitlines()[-1]
    assert "Traceback" not in said
    checkpoint = newest_checkpoint(tmp_path / "r_sft" / "resume")
    assert checkpoint is not None and checkpoint.step >= 2


def test_a_stop_that_one_process_hears_stops_all_and_both_go_on(tiny_model_dir: Path, tmp_path: Path) -> None:
    given = ("sft", "--model", tiny_model_dir, *SETTINGS, "--epochs", 4)
    processes = start(tmp_path, *given, "--name", "r")
    began(processes, tmp_path / "r_sft" / "metrics.jsonl", 2)
    processes[1].send_signal(signal.SIGTERM)
    (main, other) = ended(processes)
    assert "go on with: trainer sft --resume --name r" in main[2], main[2]
    assert (main[0], other[0]) == (130, 0) and "Traceback" not in main[2] + other[2]
    done = len(steps(tmp_path / "r_sft"))
    resumed = ended(start(tmp_path, "sft", "--resume", "--name", "r", "--skip-doctor", "lengths"))
    assert [code for code, _, _ in resumed] == [0, 0], resumed[0][2] + resumed[1][2]
    logged = [line["step"] for line in steps(tmp_path / "r_sft")]
    assert logged == list(range(1, len(logged) + 1)) and len(logged) > done


@pytest.mark.parametrize("processes", [2, 3, 4, 8])
def test_every_batch_is_computed_by_one_process_in_the_step_that_it_has_alone(processes: int) -> None:
    lengths = [20 + 7 * (i % 23) for i in range(101)]
    config = SFTConfig(batch_tokens=4096, micro_batch_tokens=512)
    plan = planned(lengths, config, processes, None)
    shares = [plan.share(rank, nothing=len(lengths)) for rank in range(processes)]
    assert len({len(share) for share in shares}) == 1
    computed = [row for share in shares for batch in share for row in batch if row != len(lengths)]
    assert sorted(computed) == list(range(len(lengths)))
    alone = planned(lengths, config, 1, None)
    if 8 % processes == 0:
        assert plan.batches == alone.batches == plan_batches(lengths, 512, 1.0, 0)
        assert plan.steps == alone.steps
        assert [plan.tokens_after(i) for i in range(plan.steps + 1)] == [
            alone.tokens_after(i) for i in range(plan.steps + 1)
        ]
        for step in range(plan.steps):
            ours = {
                tuple(b) for s in shares for b in s[step * plan.accumulation : (step + 1) * plan.accumulation]
            }
            assert ours - {(len(lengths),)} == {tuple(b) for b in alone.batches[step * 8 : step * 8 + 8]}


def test_a_step_that_cannot_be_shared_evenly_is_cut_smaller_and_never_larger() -> None:
    plan = planned([64] * 200, SFTConfig(batch_tokens=8192, micro_batch_tokens=2048), 3, None)
    assert (plan.accumulation, plan.processes) == (2, 3)
    assert max(sum(plan.lengths[row] for row in batch) for batch in plan.batches) <= 8192 // 6


def test_processes_without_a_batch_in_the_last_step_compute_one_that_teaches_nothing() -> None:
    plan = Plan([[0], [1], [2]], accumulation=1, processes=2, lengths=[5, 5, 5])
    assert [plan.share(0, nothing=9), plan.share(1, nothing=9)] == [[[0], [2]], [[1], [9]]]
