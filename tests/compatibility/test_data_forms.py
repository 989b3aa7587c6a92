"""Every form of rows is read by what trains, evaluates, audits and splits, or is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from compatibility.call_forms import CALLS
from compatibility.data_columns import COLUMNS
from compatibility.data_forms import FILES, DataForm

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.reading import problems_of

FORMS = [*FILES, *COLUMNS, *CALLS]
READ = [form for form in FORMS if form.error is None]
AUDITED = [form for form in READ if form.audited is not None]
REFUSED = [form for form in FORMS if form.error is not None]


def _name(form: DataForm) -> str:
    return form.name


def _run(command: str, path: str, form: DataForm, *more: str) -> Result:
    column = [word for one in form.column for word in ("--column", one)]
    return CliRunner().invoke(trainer, [command, path, *column, *more])


@pytest.mark.parametrize("form", READ, ids=_name)
def test_what_trains_and_evaluates_reads_it(form: DataForm, tmp_path: Path) -> None:
    task = task_for(form.task)
    problems = problems_of(task, form.write(tmp_path, form.rows), form.column)
    assert len(problems) == 2 and all(task.question(problem) for problem in problems)
    assert [task.reply(problem) is not None for problem in problems] == [form.gold] * 2
    for problem in problems:
        assert task.judge(problem, "").outcome != "error"
        if form.gold:
            assert task.judge(problem, task.gold_text(problem)).outcome == "correct"


@pytest.mark.parametrize("form", AUDITED, ids=_name)
def test_audit_reads_it(form: DataForm, tmp_path: Path) -> None:
    kind = ("--kind", "call") if form.task != "traces" else ()
    result = _run("audit", form.write(tmp_path, form.rows), form, *kind, "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["outcomes"] == form.audited


@pytest.mark.parametrize("form", READ, ids=_name)
def test_split_reads_it_and_writes_every_row_once(form: DataForm, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    files = [str(tmp_path / name) for name in ("train.jsonl", "dev.jsonl")]
    options = ["--task", form.task, "--train-file", files[0], "--held-out-file", files[1]]
    result = _run("split", form.write(tmp_path / "in", form.rows), form, *options)
    assert result.exit_code == 0, result.output
    assert [len(Path(file).read_text().splitlines()) for file in files] == [1, 1]


@pytest.mark.parametrize("form", REFUSED, ids=_name)
def test_what_is_no_form_is_refused_in_one_line(form: DataForm, tmp_path: Path) -> None:
    path = form.write(tmp_path, form.rows)
    with pytest.raises(UserError, match=form.error) as caught:
        problems_of(task_for(form.task), path, ())
    assert "\n" not in caught.value.message
    result = _run("audit", path, form)
    assert result.exit_code == 2 and "Traceback" not in result.output, result.output
