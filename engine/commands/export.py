"""`trainer export`: a trained model in the form of another program, measured again as it was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import Command, Number, decorated, option
from trace_trainer.engine.commands.command_line import given_command
from trace_trainer.engine.commands.files import Data, Model, Output
from trace_trainer.engine.commands.models_asked import asked_task, local_folder, run_settings
from trace_trainer.engine.commands.options import max_new_tokens_option, task_options
from trace_trainer.engine.commands.problems_asked import problem_options, problems_asked
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import constants_beside, evaluate_model
from trace_trainer.engine.evaluation.difference import Difference
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.scoreboard import print_scoreboard
from trace_trainer.engine.exporting.artefact import (
    FORMS,
    GGUF,
    MERGED,
    OLLAMA,
    Artefact,
    Reading,
    loaded_again,
    merging_error,
)
from trace_trainer.engine.exporting.card import card
from trace_trainer.engine.models.chat import prompt_text
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.models.names import adapter_folder
from trace_trainer.engine.places import checkpoints_root
from trace_trainer.engine.settings.tuning import BASE_HELP
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import tell

_TYPES = sorted({kind for kinds in FORMS.values() for kind in kinds})
_RESULT = "export.json"
_NOT_TOLD = ("out", "overwrite", "push")
_OWN = [
    option(
        "--to",
        "form",
        type=click.Choice(list(FORMS)),
        default=MERGED,
        show_default=True,
        group="Method",
        help="Form: a folder for Transformers, vLLM and others; a file for llama.cpp; that with a Modelfile; a folder "
        "for MLX-LM.",
    ),
    option(
        "--type",
        "kind",
        type=click.Choice(_TYPES),
        group="Method",
        help="Number type of matrices. q8_0 and q4_k_m are for GGUF.",
        show_default="f16 for GGUF, else bf16",
    ),
    option(
        "--base",
        metavar="MODEL",
        group="Model",
        type=Model(),
        help=BASE_HELP,
    ),
    option(
        "--data",
        type=Data(),
        metavar="FILE",
        group="Data",
        help="Problems to measure on, in any form of --data of trainer eval.",
        show_default="generated ones",
    ),
    option(
        "--max-loss",
        type=Number(0, 1),
        default=0.02,
        show_default=True,
        metavar="SHARE",
        group="Evaluation",
        help="Loss of accuracy above which the command ends with 1.",
    ),
    option("--no-measure", is_flag=True, group="Evaluation", help="Compare logits alone."),
]
_PLACE = [
    option(
        "--out",
        "-o",
        type=Output(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Where it goes.",
        show_default="NAME-TO under the checkpoints",
    ),
    option("--overwrite", is_flag=True, help="Replace what an earlier export left there."),
    option(
        "--push",
        metavar="REPO",
        help="Upload it to the model hub, too, with the token of hf auth login or HF_TOKEN.",
    ),
]


@click.command("export", cls=Command, negative="accuracy fell by more than --max-loss")
@click.argument("model", metavar="RUN", type=Model())
@lambda command: decorated(command, _OWN)
@task_options
@problem_options("the task's test_numbers, or test")
@max_new_tokens_option
@lambda command: decorated(command, _PLACE)
def command(
    model: str, form: str, kind: str | None, base: str | None, data: str | None, max_loss: float, no_measure: bool,
    task_name: str | None, call_format: str | None, split: str | None, count: int | None, experts: tuple[str, ...],
    max_new_tokens: int, out: Path | None, overwrite: bool, push: str | None,
) -> None:  # fmt: skip
    """Write a model in the form of another program, load it again and measure it.

    An adapter is merged in 32 bits, and the vocabulary is whole. The same held-out problems are put to the model before
    and to what was written, decoded greedily; the folder gets the figures, and a card in the form of the hub.

    \b
    Examples:
      trainer export my-run_sft --to merged
      trainer export my-run --to gguf --type q8_0
      trainer export my-run --to ollama && ollama create my-run -f checkpoints/my-run-ollama/Modelfile
      trainer export my-run --to gguf --type q4_k_m --data dev.jsonl --max-loss 0.05
    """
    artefact = _artefact(model, form, kind, out, overwrite)
    if push is not None:
        _check_token(push)
    task = asked_task([model], task_name, call_format)
    name, problems = problems_asked(task, data, (), split, count, 0, experts)
    loaded = load_model(model, base=base, device="cpu")
    artefact.check(loaded)
    task.fit(loaded.tokenizer, loaded.name)
    texts = [prompt_text(loaded.tokenizer, task.prompt(problem)) for problem in problems]
    measured: list[Evaluation] = []

    def measure(subject: LoadedModel) -> None:
        if not no_measure:
            measured.append(evaluate_model(subject, task, problems, data=name, max_new_tokens=max_new_tokens))

    found: dict[str, Any] = {"model": model, "form": form, "type": artefact.kind}
    if adapter_folder(model) is not None:
        beside = load_model(model, base=base, device="cpu", keep_adapter=True)
        found["merging"] = merging_error(loaded, beside, texts).to_json()
        del beside
    measure(loaded)
    artefact.write(loaded, overwrite)
    after, reading = loaded_again(artefact, loaded, texts)
    measure(after)
    found |= {"reading": reading.to_json(), "before_and_after": [m.to_json() for m in measured]}
    difference = Difference.between(measured[1], measured[0]) if measured else None
    found["difference"] = difference.to_json() if difference else None
    _finish(
        artefact,
        found,
        card(artefact, local_folder(model), run_settings(model), measured, given_command(_NOT_TOLD)),
    )
    _report(artefact, reading, measured)
    if push is not None:
        _push(artefact, push)
    if difference and -difference.difference > max_loss:
        tell(f"accuracy fell by {-difference.difference:.1%}, more than --max-loss {max_loss:g} allows")
        raise SystemExit(1)


def _artefact(model: str, form: str, kind: str | None, out: Path | None, overwrite: bool) -> Artefact:
    """What is to be written, and where. Raises UserError where it can't be."""
    kinds = FORMS[form]
    if kind is not None and kind not in kinds:
        raise UserError(f"--to {form} has no --type {kind}: take one of {', '.join(kinds)}")
    name = Path(model).name.removesuffix(".gguf") or "model"
    folder = out or checkpoints_root() / f"{name}-{form}"
    if folder.exists() and any(folder.iterdir()):
        if not overwrite:
            raise UserError(f"{folder} is there already: --overwrite replaces it, --out names another place")
        if not (folder / _RESULT).is_file():
            raise UserError(
                f"{folder} is no export of trainer export, so it is not replaced; choose another --out"
            )
    return Artefact(name, form, kind or kinds[0], folder)


def _finish(artefact: Artefact, found: dict[str, Any], text: str) -> None:
    with atomic_write(artefact.folder / _RESULT) as file:
        json.dump(found, file, indent=2)
    with atomic_write(artefact.folder / "README.md") as file:
        file.write(text)


def _report(artefact: Artefact, reading: Reading, measured: Sequence[Evaluation]) -> None:
    console = console_on()
    if measured:
        print_scoreboard(console, measured, constants_beside(measured[0]))
    notes = [
        f"logits differ by at most {reading.logits:.2g} of {reading.largest:.3g}; the most likely token is the same at "
        f"{reading.agreement:.2%} of positions",
    ]
    if not reading.tokenizer:
        notes.append(
            "Transformers makes another tokenizer of this file, so the model's own read the problems; llama.cpp reads "
            "the file in its own way"
        )
    notes.append(f"saved in {artefact.folder}")
    if artefact.form == OLLAMA:
        notes.append(f"ollama create {artefact.name} -f {artefact.folder / 'Modelfile'}")
    elif artefact.form == GGUF:
        notes.append(f"llama-server -m {artefact.weights} --jinja")
    for note in notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)


def _check_token(repository: str) -> None:
    """Raise UserError where there is no token, or the name could be no repository's."""
    from huggingface_hub import get_token
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise UserError(f"--push {repository}: {str(error).splitlines()[0]}") from None
    if get_token() is None:
        raise UserError("--push needs a token of the hub: hf auth login, or HF_TOKEN in the environment")


def _push(artefact: Artefact, repository: str) -> None:
    """Upload the folder. Raises UserError where the hub does not take it; what is saved here stays."""
    from huggingface_hub import HfApi

    api = HfApi()
    try:
        url = api.create_repo(repository, exist_ok=True)
        api.upload_folder(
            repo_id=url.repo_id, folder_path=artefact.folder, commit_message="Exported by Trace Trainer"
        )
    except Exception as error:  # the hub's client has errors of its own for each thing that may be wrong
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UserError(f"{artefact.folder} is saved, but the hub did not take it: {reason}") from error
    click.echo(f"uploaded to {url}")
