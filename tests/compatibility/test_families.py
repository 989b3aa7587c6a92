"""Each family of models is asked as it is trained, ends its answers, and calls tools, by its own template."""

from __future__ import annotations

from pathlib import Path

import pytest
from compatibility.families import FAMILIES, Family, trl_template
from transformers import AutoTokenizer

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import (
    assistant_positions,
    completion_text,
    end_token_ids,
    prompt_ids,
    training_rows,
    turn_end_id,
)
from trace_trainer.engine.models.tokenizers import load_tokenizer
from trace_trainer.engine.models.tool_template import own_formats
from trace_trainer.engine.tasks import Task, task_for

each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.template)


def _check_rows(task: Task, family: Family, folder: Path, count: int) -> None:  # type: ignore[type-arg]
    """Gold replies are asked for as they are trained, and read back as what they were."""
    tokenizer = family.tokenizer(folder)
    task.fit(tokenizer, family.template)
    problems = list(task.generate("train", count))
    rows = training_rows(tokenizer, [(task.prompt(p), task.reply(p)) for p in problems])
    for problem, row in zip(problems, rows, strict=True):
        assert prompt_ids(tokenizer, task.prompt(problem)) == row.ids[: row.prompt_length]
        assert row.ids[-1] in end_token_ids(tokenizer)
        assert task.judge(problem, completion_text(tokenizer, row.completion_ids)).outcome == "correct"


@each_family
def test_traces_are_learned_as_they_are_asked_for(family: Family, tiny_call_model_dir: Path) -> None:
    _check_rows(task_for("traces", "hermes"), family, tiny_call_model_dir, 5)


@each_family
@pytest.mark.parametrize("name", ["functions", "installer"])
def test_calls_are_learned_as_they_are_asked_for(
    name: str, family: Family, tiny_call_model_dir: Path
) -> None:
    _check_rows(task_for(name, family.calls or "hermes"), family, tiny_call_model_dir, 20)


@each_family
def test_an_answer_ends_with_a_token_of_its_own(family: Family, tiny_call_model_dir: Path) -> None:
    tokenizer = family.tokenizer(tiny_call_model_dir)
    task_for("traces", "hermes").fit(tokenizer, family.template)
    assert tokenizer.decode([turn_end_id(tokenizer)]) == family.end


@each_family
def test_its_own_template_writes_calls_in_the_format_that_it_has(
    family: Family, tiny_call_model_dir: Path
) -> None:
    tokenizer = family.tokenizer(tiny_call_model_dir)
    task_for("traces", "hermes").fit(tokenizer, family.template)
    assert (own_formats(tokenizer) or [""])[0] == family.calls


@each_family
@pytest.mark.parametrize("turns", [0, 2])
def test_marked_positions_are_those_of_the_row(turns: int, family: Family, tiny_call_model_dir: Path) -> None:
    tokenizer = family.tokenizer(tiny_call_model_dir)
    task_for("traces", "hermes").fit(tokenizer, family.template)
    before = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Ready?"}] * turns
    prompt, reply = (
        Prompt([*before, {"role": "user", "content": "yes"}]),
        {"role": "assistant", "content": "fine"},
    )
    (row,) = training_rows(tokenizer, [(prompt, reply)])
    positions = assistant_positions(tokenizer, prompt, reply)
    assert positions is None or set(range(row.prompt_length, len(row.ids))) <= positions


def test_a_call_of_functiongemma_ends_where_the_result_begins(tiny_call_model_dir: Path) -> None:
    family = next(family for family in FAMILIES if family.template == "functiongemma")
    tokenizer = family.tokenizer(tiny_call_model_dir)
    task = task_for("functions", "functiongemma")
    problem = next(p for p in task.generate("train", 20) if p.reply["tool_calls"])
    (row,) = training_rows(tokenizer, [(task.prompt(problem), task.reply(problem))])
    assert tokenizer.decode(row.ids[-2:]) == "<end_function_call><start_function_response>"


@pytest.mark.parametrize("name", ["smolvlm", "idefics3"])
def test_a_template_for_parts_of_content_is_refused(name: str, tiny_call_model_dir: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_call_model_dir)
    tokenizer.chat_template = trl_template(name)
    with pytest.raises(UserError, match="does not write what a user and an assistant say as text"):
        turn_end_id(tokenizer)


def test_of_named_templates_that_for_tools_is_taken_where_there_are_tools(
    tiny_call_model_dir: Path, tmp_path: Path
) -> None:
    family = next(family for family in FAMILIES if family.template == "qwen3")
    tokenizer = family.tokenizer(tiny_call_model_dir)
    plain = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}\n"
    both = {"default": plain, "tool_use": tokenizer.chat_template}
    chosen = AutoTokenizer.from_pretrained(tiny_call_model_dir)
    chosen.chat_template = both
    chosen.save_pretrained(tmp_path)
    loaded = load_tokenizer(str(tmp_path), "named")
    said = [{"role": "user", "content": "hello"}]
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    for tools in (None, [tool]):
        assert loaded.apply_chat_template(said, tools=tools, tokenize=False) == chosen.apply_chat_template(
            said, tools=tools, tokenize=False
        )
