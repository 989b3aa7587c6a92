"""A disk that is really full: a small one in memory, mounted for the commands of a test alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# A namespace of mounts of its own, so that nobody else sees the disk, and nothing is left of it.
_APART = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c"]
_SMALL_DISK = 'mount -t tmpfs -o "size=$1" none "$0" || exit 99\n'


def on_a_disk_of(size: str, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """What a script of bash says that finds a disk of this size in `$0`. Skips the test where none can be mounted."""
    folder.mkdir(exist_ok=True)
    if shutil.which("unshare") is None:
        pytest.skip("no unshare, so no disk can be mounted for this test alone")
    environment = {**os.environ, "TRAINER_CHECKPOINTS": str(folder)}
    done = subprocess.run(
        [*_APART, _SMALL_DISK + script, folder, size],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"no disk can be mounted for this test alone: {done.stderr.strip()}")
    return done


def command(*words: object) -> str:
    """A command of the trainer in a script, whose exit code is then said on standard output."""
    return f"{sys.executable} -m trace_trainer.engine.cli {' '.join(map(str, words))}\necho exit $?\n"


def test_a_run_on_a_full_disk_keeps_its_checkpoint_and_goes_on_once_there_is_room(
    tiny_call_model_dir: Path, tmp_path: Path
) -> None:
    sft = command(
        "sft --task functions --wording any --model", tiny_call_model_dir, "--count 60 --batch-tokens 1024",
        "--checkpoint-every 2 --eval-count 2 --max-length 1024 --name x",
        "--skip-doctor dry-run --skip-doctor saving --skip-doctor overlap --skip-doctor gold",
    )  # fmt: skip
    look = '(cd "$0/x_sft/resume" && find -name "*.safetensors" -o -name "*tmp*")\n'
    more_room = 'mount -o remount,size=64m "$0"\n'
    done = on_a_disk_of("1700k", tmp_path / "disk", sft + look + more_room + command("sft --resume"))
    assert done.stdout.split("\n")[:2] == ["exit 2", "./checkpoint-2/model.safetensors"], done.stderr
    assert done.stdout.endswith("exit 0\n"), done.stderr
    assert (
        "Error: can't write: a file could not be written whole" in done.stderr
        and "Traceback" not in done.stderr
    )


def test_an_output_on_a_full_disk_stays_what_it_was(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"trace": "- expert: arithmetic"}\n' * 2000)
    script = 'echo old > "$0/out.jsonl"\n'
    script += command("audit", rows, "--format jsonl --out", '"$0/out.jsonl"')
    script += 'cat "$0/out.jsonl"; ls "$0"\n'
    done = on_a_disk_of("40k", tmp_path / "disk", script)
    said, kept, *names = done.stdout.split()[1:]
    assert (said, kept) == ("2", "old") and set(names) <= {"out.jsonl", "out.jsonl.partial"}, done.stdout
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr
