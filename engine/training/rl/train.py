"""`trainer rl`: reinforcement learning from the verifier's rewards, measured by execution.

Two backends share everything but the loop: problems, prompts, rewards, the run folder, and held-out accuracy before and
after on the same problems. `native` (`loop.py`) is this project's own loop; `trl` (`trl.py`) is TRL's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from trace_trainer.engine.doctor.checks import Patient
from trace_trainer.engine.doctor.examination import require_health, skip_option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run, newest_run
from trace_trainer.engine.settings.declaring import options
from trace_trainer.engine.settings.stages import RLConfig, config_from, recipe_from, recipe_option
from trace_trainer.engine.training.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.figures import Evaluation
    from trace_trainer.engine.models.loading import LoadedModel

INTERRUPTED = 130
EXAMINED = 200
"""Problems that the doctor looks at before the run; more are drawn as it goes on."""


def train(
    config: RLConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
) -> tuple[Run, list[Evaluation]]:
    """Train a model by RL and leave a run folder.

    Args:
        name: of the run; None derives one from the model's.
        overwrite: replace an earlier run of that name.
        skip: checks of the doctor that are not run.
        run: an unfinished run to go on with, whose settings `config` are.

    Returns:
        The run and the evaluations before and after; only before where it was interrupted.
    """
    from trace_trainer.engine.training.held_out import HeldOut
    from trace_trainer.engine.training.rl.problems import rl_problems, trim_vocabulary
    from trace_trainer.engine.training.tuning import load_trainable

    config = config.settled()
    task = config.make_task()
    loaded = load_trainable(_start_of(config, run), config)
    source, problems = rl_problems(config)
    held_out = HeldOut(config)
    resumed = run is not None
    if run is None:
        examined = list(islice(rl_problems(config)[1], EXAMINED))
        require_health(Patient(loaded, config, examined, held_out.problems, config.eval_data is None), skip)
        run = Run.create("rl", name, config, parent=loaded.name, parent_path=loaded.path, overwrite=overwrite)
    run.record_data("eval", held_out.source, map(task.line, held_out.problems))
    run.record_device(str(loaded.device))

    before = held_out.measure(loaded)
    print(
        f"before: accuracy {before.accuracy:.1%} on {before.n} held-out problems; practising on the {source}",
        file=sys.stderr,
    )
    if config.trim_vocab:
        practised = islice(rl_problems(config)[1], config.iterations * config.prompts_per_iteration)
        print(trim_vocabulary(loaded, list(practised), task), file=sys.stderr)
    try:
        finished = _BACKENDS[config.backend](config, loaded, problems, run, resumed)
    except BaseException:
        run.close("interrupted")
        raise
    if not finished:
        run.close("interrupted")
        return run, [before]
    del loaded
    return run, held_out.measure_saved(run, before)


def _start_of(config: RLConfig, run: Run | None) -> str:
    if run is not None:  # there may be a newer SFT run by now
        return str(run.manifest["parent"]["path"])
    if config.model is not None:
        return config.model
    newest = newest_run("sft", config.task)
    if newest is None:
        raise UserError(
            f"there is no trainer sft run of the task {config.task} to go on from; run trainer sft first, or name one "
            "with --model"
        )
    return str(newest)


def _native(config: RLConfig, loaded: LoadedModel, problems: Any, run: Run, resumed: bool) -> bool:
    from trace_trainer.engine.training.rl.loop import NativeLoop

    loop = NativeLoop(config, loaded, run)
    if resumed:
        loop.load()
    with stop_on_interrupt(loop):
        return loop.run(problems)


def _trl(config: RLConfig, loaded: LoadedModel, problems: Any, run: Run, resumed: bool) -> bool:
    from trace_trainer.engine.training.rl import trl as rl_trl

    return rl_trl.run(config, loaded, problems, run, resumed)


_BACKENDS = {"native": _native, "trl": _trl}


@click.command("rl")
@recipe_option
@click.option("--name", metavar="NAME", help="The run is saved as NAME. [default: the model's name]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run of that name.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run: the newest, or that of --name.")
@skip_option
@options(RLConfig)
def command(
    recipe: str, name: str | None, overwrite: bool, resume: bool, skip: tuple[str, ...], **given: Any
) -> None:
    """Train a model by reinforcement learning from the verifier's rewards.

    Continues from the newest trainer sft run unless --model says otherwise, measures held-out accuracy before and
    after, and saves the model with all its rollouts under checkpoints/NAME. Ctrl-C stops after the iteration at hand;
    --resume goes on.

    \b
    Examples:
      trainer rl --iters 20
      trainer rl --recipe installer --iters 20
      trainer rl --model checkpoints/shop_sft --objective rloo --reward binary
      trainer rl --resume
    """
    from trace_trainer.engine.training.held_out import print_result

    if resume:
        if overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("rl", name)
        config: RLConfig = config_from("rl", run.config(), str(run.path / "config.yaml"))
    else:
        run, config = None, recipe_from("rl", recipe, given).rl
    run, evaluations = train(config, name, overwrite=overwrite, skip=skip, run=run)
    print_result(run, evaluations)
    _write_report(run)
    if len(evaluations) < 2:
        click.echo(f"Interrupted; go on with: trainer rl --resume --name {run.path.name}", err=True)
        raise SystemExit(INTERRUPTED)


def _write_report(run: Run) -> None:
    from trace_trainer.engine.report.page import write_report

    page = write_report(run.path / "report.html", [run.path])
    click.echo(f"report: {page}")
