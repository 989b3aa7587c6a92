"""Run folders: what they hold, and how they are protected and found."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.word_problems import problem_line
from trace_trainer.engine.runs.folder import Run, newest_run
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.runs.manifest import read_manifest
from trace_trainer.engine.runs.naming import run_folder
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.experts.problems import generate

CONFIG = SFTConfig(seed=7, target_modules=("q_proj",))


def create(
    name: str | None = "shop", *, parent: str = "tiny-base", parent_path: str = "x", overwrite: bool = False
) -> Run:
    return Run.create("sft", name, CONFIG, parent=parent, parent_path=parent_path, overwrite=overwrite)


def test_sft_run_is_named_with_its_suffix_and_rl_run_without(checkpoints: Path) -> None:
    assert create().path == checkpoints / "shop_sft"
    assert Run.create("rl", "shop", CONFIG, parent="shop_sft", parent_path="x").path == checkpoints / "shop"


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a b", "-x"])
def test_name_that_is_no_folder_name_is_refused(checkpoints: Path, name: str) -> None:
    with pytest.raises(UserError, match="no name for a run"):
        create(name)
    assert list(checkpoints.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "parent", "folder"),
    [
        ("sft", "tiny-base", "tiny_sft"),
        ("sft", "org/Llama-3.2-1B", "Llama-3.2-1B_sft"),
        ("sft", "_sft", "run_sft"),
        ("rl", "tiny_sft", "tiny"),
    ],
)
def test_name_follows_from_the_parents(checkpoints: Path, kind: str, parent: str, folder: str) -> None:
    assert Run.create(kind, None, CONFIG, parent=parent, parent_path="x").path.name == folder


@pytest.mark.parametrize("shipped", ["gemma3-270m", "gsm8k-gemma3-270m", "tiny-base"])
def test_run_never_takes_the_name_of_a_model_that_is_shipped(checkpoints: Path, shipped: str) -> None:
    with pytest.raises(UserError, match=f"^{shipped} is a model that comes with the program"):
        Run.create("rl", shipped, CONFIG, parent="p", parent_path="x", overwrite=True)
    assert list(checkpoints.iterdir()) == []


@pytest.mark.parametrize("parent", ["gemma3-270m_sft", "gsm8k-gemma3-270m"])
def test_derived_name_is_never_that_of_a_model_that_is_shipped(checkpoints: Path, parent: str) -> None:
    run = Run.create("rl", None, CONFIG, parent=parent, parent_path="x")
    assert run.path.name == f"{parent.removesuffix('_sft')}-2"
    assert create(None, parent=parent).path.name == f"{parent.removesuffix('_sft')}_sft"


def test_name_that_is_taken_gets_a_number(checkpoints: Path) -> None:
    assert [create(None).path.name for _ in range(3)] == ["tiny_sft", "tiny-2_sft", "tiny-3_sft"]


def test_config_holds_every_setting_as_resolved(checkpoints: Path) -> None:
    stored = yaml.safe_load((create().path / "config.yaml").read_text())
    assert stored["seed"] == 7
    assert stored["target_modules"] == ["q_proj"]
    assert set(stored) == set(SFTConfig.__dataclass_fields__)


def test_manifest_tells_where_a_run_comes_from(checkpoints: Path) -> None:
    run = create()
    problems = list(generate("train", 3))
    run.record_data("train", "train split", map(problem_line, problems))
    run.record_device("cpu")
    manifest = read_manifest(run.path)
    assert manifest is not None
    assert manifest["parent"] == {"name": "tiny-base", "path": "x"}
    assert (manifest["seed"], manifest["device"], manifest["status"]) == (7, "cpu", "running")
    assert manifest["data"]["train"]["rows"] == 3
    assert manifest["versions"]["torch"]


def test_fingerprint_of_data_changes_with_any_field(checkpoints: Path) -> None:
    run = create()
    prints = set()
    for seed in (0, 0, 1):
        run.record_data("train", "train split", map(problem_line, generate("train", 3, seed)))
        prints.add(run.manifest["data"]["train"]["sha256"])
    assert len(prints) == 2


def test_folder_with_a_run_is_not_written_to_again(checkpoints: Path) -> None:
    (create().path / "keep").write_text("x")
    with pytest.raises(UserError, match="--overwrite"):
        create()
    assert (checkpoints / "shop_sft" / "keep").exists()


def test_overwrite_replaces_the_earlier_run(checkpoints: Path) -> None:
    (create().path / "old").write_text("x")
    assert not (create(overwrite=True).path / "old").exists()


def test_overwrite_never_removes_what_is_no_run_of_that_kind(checkpoints: Path) -> None:
    folder = checkpoints / "shop_sft"
    folder.mkdir()
    (folder / "thesis.txt").write_text("x")
    with pytest.raises(UserError, match="holds no sft run"):
        create(overwrite=True)
    with pytest.raises(UserError, match="holds no rl run"):
        Run.create("rl", create("other").path.name, CONFIG, parent="p", parent_path="x", overwrite=True)
    assert (folder / "thesis.txt").exists()


def test_overwrite_never_removes_the_model_started_from(checkpoints: Path) -> None:
    path = create().path
    with pytest.raises(UserError, match="starts from"):
        create(parent_path=str(path), overwrite=True)
    assert path.exists()


def test_newest_run_is_the_finished_one_that_ended_last(checkpoints: Path) -> None:
    assert newest_run("sft") is None
    first, second, third = create("first"), create("second"), create("third")
    second.close("finished")
    first.close("finished")
    third.close("interrupted")
    assert newest_run("sft") == first.path
    assert newest_run("rl") is None


def test_resume_finds_the_newest_unfinished_run(checkpoints: Path) -> None:
    create("first").close("interrupted")
    create("second")
    create("third").close("finished")
    assert Run.resume("sft").path.name == "second_sft"
    assert Run.resume("sft", "first").path.name == "first_sft"


def test_resume_refuses_what_is_finished_or_missing(checkpoints: Path) -> None:
    create().close("finished")
    with pytest.raises(UserError, match="is finished"):
        Run.resume("sft", "shop")
    with pytest.raises(UserError, match="no sft run"):
        Run.resume("sft", "other")
    with pytest.raises(UserError, match="no unfinished sft run"):
        Run.resume("sft")


def test_rewind_drops_later_lines_and_a_torn_one(checkpoints: Path) -> None:
    run = create()
    for step in range(1, 6):
        run.log_metrics({"step": step})
        run.log_rollouts([{"step": step}, {"step": step}])
    with (run.path / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 6, "lo')
    run.rewind(3)
    assert [record["step"] for record in read_lines(run.path / "metrics.jsonl")] == [1, 2, 3]
    assert [record["step"] for record in read_lines(run.path / "rollouts.jsonl")] == [1, 1, 2, 2, 3, 3]


def test_number_that_json_lacks_is_logged_as_null(checkpoints: Path) -> None:
    run = create()
    run.log_metrics({"step": 1, "loss": math.nan})
    assert json.loads((run.path / "metrics.jsonl").read_text()) == {"step": 1, "loss": None}


def test_finished_run_loses_what_only_resuming_needs(checkpoints: Path) -> None:
    run = create()
    run.resume_folder.mkdir()
    run.close("interrupted")
    assert run.resume_folder.exists()
    run.close("finished")
    assert not run.resume_folder.exists()


@pytest.mark.parametrize(
    "manifest", ["{", "[]", '{"kind": "sft"}', '{"kind": 3, "status": "finished"}', "\0"]
)
def test_damaged_run_is_passed_over_with_a_warning_unless_it_is_named(
    checkpoints: Path, capsys: pytest.CaptureFixture[str], manifest: str
) -> None:
    whole = create("whole")
    whole.close("finished")
    (create().path / "manifest.json").write_text(manifest)
    assert newest_run("sft") == whole.path
    assert capsys.readouterr().err.startswith(f"{checkpoints}/shop_sft is passed over: can't read ")
    with pytest.raises(UserError, match=r"can't read .*manifest\.json"):
        Run.resume("sft", "shop")


@pytest.mark.parametrize("settings", ["task: [", "3", "- a", "? [a]\n: b", "\0", "&a [*a]"])
def test_run_whose_settings_can_not_be_read_is_passed_over_where_they_matter(
    checkpoints: Path, capsys: pytest.CaptureFixture[str], settings: str
) -> None:
    run = create()
    run.close("finished")
    (run.path / "config.yaml").write_text(settings)
    assert newest_run("sft", "traces") is None
    assert "shop_sft is passed over: can't read" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["not json", "[1]", '{"loss": 1}', "[" * 100_000])
def test_damaged_log_is_told_in_one_line(checkpoints: Path, line: str) -> None:
    run = create()
    run.log_metrics({"step": 1})
    with (run.path / "metrics.jsonl").open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(UserError, match=r"metrics\.jsonl:2 can't be read"):
        run.rewind(1)


def test_half_a_character_in_a_log_comes_back(checkpoints: Path) -> None:
    run = create()
    run.log_rollouts([{"step": 1, "question": "\ud83d"}])
    assert [record["question"] for record in read_lines(run.path / "rollouts.jsonl")] == ["\ud83d"]


def test_runs_go_to_the_working_directory_where_the_project_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRAINER_CHECKPOINTS", raising=False)
    monkeypatch.setattr("trace_trainer.engine.places.PROJECT", tmp_path / "site-packages")
    assert run_folder("rl", "shop") == Path("checkpoints/shop")
