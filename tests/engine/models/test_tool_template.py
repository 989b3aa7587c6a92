"""Tools in the chat template, for tokenizers that have one and for those that get one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import (
    assistant_positions,
    completion_text,
    prompt_ids,
    rendered_text,
    training_rows,
)
from trace_trainer.engine.models.probes import PROBE, PROBE_REPLY
from trace_trainer.engine.models.tool_template import fit_template, own_formats
from trace_trainer.engine.tasks import task_for
from trace_trainer.verifiers.calls import FORMATS

# Templates that TRL ships, with the markers that the tiny tokenizer lacks, and the format in which each writes calls.
FAMILIES = {
    "qwen3": (["<|im_start|>", "<|im_end|>", "<think>", "</think>"], "hermes"),
    "qwen2_5": (["<|im_start|>", "<|im_end|>"], "hermes"),
    "llama3_1": (["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], "llama3"),
}
FORMATS_MADE = ("hermes", "llama3", "structured")


@pytest.fixture
def tokenizer(tiny_call_model_dir: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tiny_call_model_dir)


def _family(tokenizer: PreTrainedTokenizerBase, name: str) -> PreTrainedTokenizerBase:
    tokenizer.add_special_tokens({"extra_special_tokens": FAMILIES[name][0]})
    tokenizer.chat_template = (files("trl") / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")
    return tokenizer


def _tool(**properties: dict[str, Any]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": ["a"]}
    return {
        "type": "function",
        "function": {"name": "f", "description": "Does it.", "parameters": parameters},
    }


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_keeps_its_own_template(name: str, tokenizer: PreTrainedTokenizerBase) -> None:
    template = _family(tokenizer, name).chat_template
    fit_template(tokenizer, FAMILIES[name][1], name)
    assert tokenizer.chat_template == template


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_renders_generated_calls_that_read_back(
    name: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    task = task_for("installer", FAMILIES[name][1])
    problems = list(task.generate("train", 30))
    rows = training_rows(_family(tokenizer, name), [(task.prompt(p), task.reply(p)) for p in problems])
    for problem, row in zip(problems, rows, strict=True):
        assert task.misread(problem, completion_text(tokenizer, row.completion_ids)) is None
        assert row.ids[: row.prompt_length] == prompt_ids(tokenizer, task.prompt(problem))


@pytest.mark.parametrize("format", FORMATS_MADE)
@pytest.mark.parametrize("name", ["installer", "functions"])
def test_an_assigned_template_renders_generated_calls_that_read_back(
    name: str, format: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    task = task_for(name, format)
    task.fit(tokenizer, "tiny")
    problems = [p for p in task.generate("train", 60) if len(p.reply.get("tool_calls", [])) < 2]
    for problem, row in zip(
        problems, training_rows(tokenizer, [(task.prompt(p), task.reply(p)) for p in problems]), strict=True
    ):
        text = completion_text(tokenizer, row.completion_ids)
        assert text == task.gold_text(problem)
        assert task.judge(problem, text).outcome == "correct"


def test_an_assigned_template_says_so_and_is_saved_with_the_tokenizer(
    tokenizer: PreTrainedTokenizerBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit_template(tokenizer, "hermes", "tiny")
    assert "tiny has no chat template for tools" in capsys.readouterr().err
    tokenizer.save_pretrained(tmp_path)
    saved = AutoTokenizer.from_pretrained(tmp_path)
    fit_template(saved, "hermes", "saved")
    assert capsys.readouterr().err == ""
    assert rendered_text(saved, PROBE, PROBE_REPLY) == rendered_text(tokenizer, PROBE, PROBE_REPLY)


def test_an_assigned_template_needs_no_token_but_those_of_the_vocabulary(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    fit_template(tokenizer, "hermes", "tiny")
    assert rendered_text(tokenizer, PROBE, PROBE_REPLY) == (
        "<|bos|><|system|>Be brief.\nfind_book(title: string) Find a book.<|end|>"
        "<|user|>Have you got Persuasion?<|end|><|assistant|><tool_call>\n"
        '{"name": "find_book", "arguments": {"title": "Emma"}}\n</tool_call><|end|>'
        "<|user|><tool_response>\nno\n</tool_response>\nAnd Emma?<|end|><|assistant|><tool_call>\n"
        '{"name": "find_book", "arguments": {"title": "Emma"}}\n</tool_call><|end|>'
    )


def test_an_assigned_template_marks_the_call_as_the_assistants(tokenizer: PreTrainedTokenizerBase) -> None:
    fit_template(tokenizer, "hermes", "tiny")
    (row,) = training_rows(tokenizer, [(PROBE, PROBE_REPLY)])
    positions = assistant_positions(tokenizer, PROBE, PROBE_REPLY)
    assert positions is not None
    assert set(range(row.prompt_length, len(row.ids))) <= positions


def test_an_assigned_template_lets_the_users_side_and_the_assistant_alternate(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    two_calls = {**PROBE_REPLY, "tool_calls": PROBE_REPLY["tool_calls"] * 2}
    results = [{"role": "tool", "name": "find_book", "content": text} for text in ("one", "two")]
    fit_template(tokenizer, "hermes", "tiny")
    text = rendered_text(
        tokenizer, Prompt([PROBE.messages[1], two_calls, *results], PROBE.tools), PROBE_REPLY
    )
    assert text.count("<|user|>") == 2
    assert "<tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response><|end|>" in text


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"type": "integer"}, "a: integer"),
        ({"type": "string", "description": "A city"}, "a: string (A city)"),
        ({"type": "string", "enum": ["x", "y"], "default": "x"}, 'a: "x"|"y" = "x"'),
        ({"type": "array", "items": {"type": "number"}}, "a: [number]"),
        (
            {
                "type": "object",
                "properties": {"b": {"type": "boolean"}, "c": {"type": "null"}},
                "required": ["b"],
            },
            "a: {b: boolean, c?: null}",
        ),
        ({"type": ["string", "null"]}, 'a: {"type": ["string", "null"]}'),
        ({"type": "integer", "minimum": 3}, 'a: {"type": "integer", "minimum": 3}'),
    ],
)
def test_a_parameter_is_shown_with_all_its_schema_says(
    schema: dict[str, Any], shown: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    fit_template(tokenizer, "hermes", "tiny")
    prompt = Prompt([{"role": "user", "content": "x"}], [_tool(a=schema, z={"type": "string"})])
    assert f"f({shown}, z?: string) Does it.<|end|>" in rendered_text(tokenizer, prompt, PROBE_REPLY)


def test_a_format_whose_markers_the_vocabulary_lacks_is_refused(tiny_model_dir: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model_dir)
    with pytest.raises(
        UserError, match=r"hermes needs <tool_call>, .* formats llama3 and structured need none"
    ):
        fit_template(tokenizer, "hermes", "tiny")


def test_functiongemma_is_refused_where_the_template_is_not_its_own(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    with pytest.raises(UserError, match="none can be made for the format functiongemma"):
        fit_template(tokenizer, "functiongemma", "tiny")


def test_a_template_of_another_format_is_named(tokenizer: PreTrainedTokenizerBase) -> None:
    with pytest.raises(
        UserError, match="of qwen3 writes calls in the format hermes, not llama3; give format hermes"
    ):
        fit_template(_family(tokenizer, "qwen3"), "llama3", "qwen3")


def test_structured_calls_go_around_a_template_of_another_format(tokenizer: PreTrainedTokenizerBase) -> None:
    fit_template(_family(tokenizer, "qwen3"), "structured", "qwen3")
    assert own_formats(tokenizer) == ["structured"]


@pytest.mark.parametrize("format", ["llama3", "structured"])
def test_two_calls_a_turn_are_refused_where_the_format_has_one(
    format: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    fit_template(tokenizer, format, "tiny")
    with pytest.raises(UserError, match="one call a turn"):
        training_rows(tokenizer, [(PROBE, {**PROBE_REPLY, "tool_calls": PROBE_REPLY["tool_calls"] * 2})])


def test_every_format_with_a_template_is_one_that_is_read() -> None:
    assert set(FORMATS_MADE) < set(FORMATS)
