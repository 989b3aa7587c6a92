"""`trainer rl` on the command line: settings, exit codes, what it leaves, interruption and going on."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from helpers.native_loops import CORRECT, UNPARSED, Judge, by_text
from helpers.rl_command import SMALL, UNREWARDED, command, manifest, metrics

from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.terminal.stopping import stop_on_interrupt
from trace_trainer.experts.problems import Problem, generate
from trace_trainer.verifiers.traces.verdict import Verdict


def refused(result: Result) -> str:
    """The error's line, which is all that is said."""
    assert result.exit_code == 2, result.output
    (line,) = [line for line in result.stderr.splitlines() if line]
    assert line.startswith("Error: ")
    assert not result.stdout
    return line


# --- a run


@pytest.mark.usefixtures("judged")
def test_a_run_leaves_a_folder_with_everything(rl: Callable[..., Result], checkpoints: Path) -> None:
    result = rl("--name", "trial")
    assert result.exit_code == 0, result.output
    run = checkpoints / "trial"
    assert {path.name for path in run.iterdir()} == {
        "model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "chat_template.jinja", "config.yaml", "manifest.json", "metrics.jsonl", "report.html", "rollouts.jsonl",
        "completions.jsonl",
        "eval.json",
    }  # fmt: skip
    assert [record["step"] for record in metrics(run)] == [1, 2]
    assert manifest(run)["status"] == "finished"
    assert load_model(run).name == "trial"


@pytest.mark.usefixtures("judged")
def test_options_override_the_recipe_and_are_recorded(rl: Callable[..., Result], checkpoints: Path) -> None:
    assert (
        rl(
            "--name",
            "trial",
            "--objective",
            "rloo",
            "--reward",
            "binary",
            "--expert",
            "percentage,comparison",
        ).exit_code
        == 0
    )
    config = yaml.safe_load((checkpoints / "trial" / "config.yaml").read_text())
    assert (config["iterations"], config["objective"], config["reward"]) == (2, "rloo", "binary")
    assert config["experts"] == ["percentage", "comparison"]
    experts = {name for record in metrics(checkpoints / "trial") for name in record["experts"]}
    assert experts <= {"percentage", "comparison"}


@pytest.mark.usefixtures("judged")
def test_accuracy_is_measured_before_and_after_on_the_same_problems(
    rl: Callable[..., Result], checkpoints: Path
) -> None:
    result = rl("--name", "trial")
    measured = json.loads((checkpoints / "trial" / "eval.json").read_text())
    assert set(measured) == {"before", "after"}
    assert measured["before"]["n"] == measured["after"]["n"] == 6
    assert measured["before"]["data"] == measured["after"]["data"]
    assert "on the same 6 problems" in result.stdout
    assert f"saved in {checkpoints / 'trial'}" in result.stdout


@pytest.mark.usefixtures("judged")
def test_progress_goes_to_standard_error(rl: Callable[..., Result]) -> None:
    result = rl("--name", "trial")
    assert "before: accuracy" in result.stderr
    assert "before: accuracy" not in result.stdout


@pytest.mark.usefixtures("judged")
def test_it_practises_on_a_problem_file_and_measures_on_another(
    rl: Callable[..., Result], checkpoints: Path, tmp_path: Path
) -> None:
    write_problems(tmp_path / "own.jsonl", list(generate("train", 5, seed=2)))
    write_problems(tmp_path / "held.jsonl", list(generate("validation", 4, seed=2)))
    assert (
        rl(
            "--name",
            "trial",
            "--data",
            str(tmp_path / "own.jsonl"),
            "--eval-data",
            str(tmp_path / "held.jsonl"),
        ).exit_code
        == 0
    )
    rollouts = [
        json.loads(line) for line in (checkpoints / "trial" / "rollouts.jsonl").read_text().splitlines()
    ]
    assert {rollout["id"] for rollout in rollouts} <= {problem.id for problem in generate("train", 5, seed=2)}
    assert json.loads((checkpoints / "trial" / "eval.json").read_text())["after"]["n"] == 4


# --- what is refused


def test_without_a_model_it_needs_an_sft_run(checkpoints: Path) -> None:
    assert "there is no trainer sft run of the task traces to go on from; run trainer sft first" in refused(
        command("--iters", "1")
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--iters", "0"), "rl.iterations must be at least 1, not '0'"),
        (("--objective", "gpro"), "rl.objective must be one of"),
        (("--objective", "grpoo"), "did you mean grpo?"),
        (("--expert", "geometry"), "rl.experts must be one of"),
        (("--recipe", "defualt"), "did you mean default?"),
        (("--model", "no-such-model"), "there is no model no-such-model"),
    ],
)
@pytest.mark.usefixtures("checkpoints")
def test_bad_settings_are_refused_in_one_line(options: tuple[str, ...], message: str) -> None:
    assert message in refused(command(*options))


def test_a_problem_file_that_is_missing_is_named(rl: Callable[..., Result], tmp_path: Path) -> None:
    assert "absent.jsonl" in refused(rl("--data", str(tmp_path / "absent.jsonl")))


def test_a_failing_check_of_the_doctor_starts_no_run(
    tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    write_problems(tmp_path / "same.jsonl", list(generate("validation", 6)))
    result = command("--model", str(tiny_model_dir), *SMALL, "--data", str(tmp_path / "same.jsonl"))
    assert result.exit_code == 1
    assert "--skip-doctor overlap" in result.stderr
    assert not list(checkpoints.iterdir())


@pytest.mark.usefixtures("judged")
def test_an_earlier_run_is_replaced_only_on_request(rl: Callable[..., Result]) -> None:
    assert rl("--name", "trial").exit_code == 0
    again = rl("--name", "trial")
    assert again.exit_code == 2
    assert "already holds a run; choose another --name, or replace it with --overwrite" in again.stderr
    assert rl("--name", "trial", "--overwrite").exit_code == 0


def test_a_collapse_is_an_error_with_advice(
    rl: Callable[..., Result], checkpoints: Path, judged: Callable[[Judge], None]
) -> None:
    seen: list[str] = []

    def judge(problem: Problem, text: str) -> Verdict:
        seen.append(text)
        return CORRECT if len(seen) <= 16 else UNPARSED

    judged(judge)
    result = rl("--name", "trial", "--collapse", "0.5")
    assert result.exit_code == 2
    assert "Error: collapse: accuracy fell from 100.0% to 0.0% by iteration 2; try a lower" in result.stderr
    assert manifest(checkpoints / "trial")["status"] == "interrupted"


# --- interruption


@pytest.fixture
def interrupted_once(judged: Callable[[Judge], None]) -> None:
    """Ctrl-C while the first completion is judged."""
    calls: list[str] = []

    def interrupting(problem: Problem, text: str) -> Verdict:
        if not calls:
            calls.append(text)
            signal.raise_signal(signal.SIGINT)
        return by_text(problem, text)

    judged(interrupting)


@pytest.mark.usefixtures("interrupted_once")
def test_ctrl_c_stops_after_the_iteration_and_resume_goes_on(
    rl: Callable[..., Result], checkpoints: Path
) -> None:
    first = rl("--name", "trial")
    run = checkpoints / "trial"
    assert first.exit_code == 130, first.output
    assert f"go on with: trainer rl --resume --name {run.name}" in first.stderr
    assert [record["step"] for record in metrics(run)] == [1]
    assert manifest(run)["status"] == "interrupted"
    second = command("--resume")  # what was examined at the start is not examined again
    assert second.exit_code == 0, second.output
    assert [record["step"] for record in metrics(run)] == [1, 2]
    assert manifest(run)["status"] == "finished"
    assert not (run / "resume").exists()


@pytest.mark.usefixtures("interrupted_once")
def test_a_resumed_run_starts_from_the_model_it_started_from(
    rl: Callable[..., Result], checkpoints: Path, monkeypatch: pytest.MonkeyPatch, tiny_model_dir: Path
) -> None:
    monkeypatch.setattr(
        "trace_trainer.engine.training.rl.train.newest_run", lambda kind, task: tiny_model_dir
    )
    assert command(*SMALL, *UNREWARDED, "--name", "trial").exit_code == 130
    assert yaml.safe_load((checkpoints / "trial" / "config.yaml").read_text())["model"] is None
    monkeypatch.setattr(
        "trace_trainer.engine.training.rl.train.newest_run", lambda kind, task: checkpoints / "a-newer-run"
    )
    assert command("--resume").exit_code == 0


@pytest.mark.usefixtures("checkpoints")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--resume",), "there is no unfinished rl run"),
        (("--resume", "--iters", "3"), "a resumed run keeps its settings"),
        (("--resume", "--overwrite"), "a resumed run keeps its settings"),
    ],
)
def test_what_cannot_be_resumed_is_refused(options: tuple[str, ...], message: str) -> None:
    assert message in refused(command(*options))


@pytest.mark.usefixtures("judged")
def test_a_finished_run_cannot_be_resumed(rl: Callable[..., Result]) -> None:
    assert rl("--name", "trial").exit_code == 0
    assert "is finished; start another" in refused(command("--resume", "--name", "trial"))


class Training:
    stop_requested = False


@pytest.mark.usefixtures("heeded_interrupts")
def test_the_first_interrupt_asks_and_the_second_stops_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    training = Training()
    with stop_on_interrupt(training):
        signal.raise_signal(signal.SIGINT)
        assert training.stop_requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert "again to stop at once" in capsys.readouterr().err


def test_interrupts_are_handled_as_before_once_training_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt(Training()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
