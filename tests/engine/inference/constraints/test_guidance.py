"""Guided decoding: what the grammars let through, what they keep out, and that sampling obeys them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedModel, PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.solving import solve
from trace_trainer.engine.inference.completions import complete
from trace_trainer.engine.inference.constraints import Grammar
from trace_trainer.engine.inference.constraints.guidance import Guidance
from trace_trainer.engine.inference.constraints.guide import Follower, Start
from trace_trainer.engine.inference.constraints.masks import unpacked
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.traces import TraceTask, question_prompt
from trace_trainer.experts import EXPERTS, expert_names
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import verify_call, verify_trace
from trace_trainer.verifiers.calls import FORMATS
from trace_trainer.verifiers.calls.tools import read_tools
from trace_trainer.verifiers.traces.grammar import trace_grammar
from trace_trainer.verifiers.traces.verdict import CODES, Stage

QUESTION = "Tom has 3 apples and buys 4 more. How many apples has he now?"
TOOL = {
    "type": "function",
    "function": {
        "name": "book",
        "parameters": {
            "type": "object",
            "properties": {
                "zone": {"type": "string", "enum": ["a", "b c"]},
                "days": {"type": "integer"},
                "price": {"type": ["number", "null"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "who": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "adult": {"type": "boolean"}},
                    "required": ["name"],
                },
                "other": {},
            },
            "required": ["days", "who"],
        },
    },
}


@pytest.fixture(scope="module")
def loaded(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


@pytest.fixture(scope="module")
def guidance(loaded: LoadedModel) -> Guidance:
    return _guidance_of(loaded)


@pytest.fixture(scope="module")
def calling(tiny_call_model_dir: Path) -> LoadedModel:
    return load_model(tiny_call_model_dir)


@pytest.fixture(scope="module")
def call_guidance(calling: LoadedModel) -> Guidance:
    return _guidance_of(calling)


def _guidance_of(loaded: LoadedModel) -> Guidance:
    return Guidance(loaded.tokenizer, {loaded.tokenizer.eos_token_id})


def _takes(start: Start, tokenizer: PreTrainedTokenizerBase, text: str) -> bool:
    """Whether a text is one of the grammar, and each of its tokens among those that are allowed in its place."""
    follower = start.follow(1)[0]
    for id in [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]:
        if id not in _allowed(follower):
            return False
        follower.accept(id)
    return follower.is_over


def _allowed(follower: Follower) -> list[int]:
    mask = type(follower).masks([follower], [500])[0]
    return np.flatnonzero(unpacked([mask], 8 * len(mask.bits))[0]).tolist()


def _walk(start: Start, tokenizer: PreTrainedTokenizerBase, rng: Random, limit: int = 500) -> str | None:
    """A text of the grammar at random, ended as soon as it may be; None where it takes more tokens."""
    follower, ids = start.follow(1)[0], []
    while len(ids) < limit:
        allowed = _allowed(follower)
        if tokenizer.eos_token_id in allowed:
            return str(tokenizer.decode(ids, skip_special_tokens=False))
        some = rng.choices(allowed, k=4)
        # Of names and numbers there are always more letters and digits: those that end one come first.
        ids.append(min(some, key=lambda id: str(tokenizer.decode([id])).replace("_", "a").isalnum()))
        follower.accept(ids[-1])
    return None


def _walks(start: Start, tokenizer: PreTrainedTokenizerBase, count: int, limit: int = 500) -> Iterator[str]:
    found = 0
    for seed in range(20 * count):
        text = _walk(start, tokenizer, Random(seed), limit)
        if text is not None:
            found += 1
            yield text
        if found == count:
            return
    pytest.fail(f"only {found} texts in {20 * count} walks")


def test_every_gold_trace_is_one_of_the_grammar(guidance: Guidance, loaded: LoadedModel) -> None:
    start = guidance.start(Grammar(trace_grammar()))
    for problem in [*generate("train", 150), *generate("train", 50, 0, ["algebra"])]:
        assert _takes(start, loaded.tokenizer, problem.trace or ""), problem.trace


@pytest.mark.parametrize("expert", expert_names())
def test_an_experts_grammar_takes_its_traces_and_no_others(
    expert: str, guidance: Guidance, loaded: LoadedModel
) -> None:
    start = guidance.start(Grammar(trace_grammar(expert)))
    for named in expert_names():
        for problem in generate("train", 5, 1, [named]):
            assert _takes(start, loaded.tokenizer, problem.trace or "") == (named == expert), problem.trace


@pytest.mark.parametrize("expert", expert_names())
def test_what_the_grammar_lets_through_can_be_read(
    expert: str, guidance: Guidance, loaded: LoadedModel
) -> None:
    early = {code for code, stage in CODES.items() if stage <= Stage.BOUNDARY}
    for text in _walks(guidance.start(Grammar(trace_grammar(expert))), loaded.tokenizer, 6, limit=900):
        verdict = verify_trace(text)
        wrong = [v for v in verdict.violations if v.code in early and "at most" not in v.message]
        assert not wrong, text


def _trace(*steps: str, expert: str = "arithmetic") -> str:
    return "\n".join([f"expert: {expert}", "trace:", *(f"- {{op: {step}}}" for step in steps)])


@pytest.mark.parametrize(
    "text",
    [
        "The answer is 7.",
        _trace("init, var: a, value: 1", "query, var: a", expert="geometry"),
        _trace("query, var: a"),
        _trace("init, var: a, value: 1"),
        _trace("init, var: a, value: b", "query, var: a"),
        _trace("init, var: a, source: prev.result", "query, var: a"),
        _trace("init, value: 1, var: a", "query, var: a"),
        _trace("percent_of, base: a, rate: 5, var: b", "query, var: b"),
        _trace("compute, compute_op: power, args: [a, 2], var: b", "query, var: b"),
        _trace("compute, compute_op: sub, args: [a, 2, 3], var: b", "query, var: b"),
        _trace("compute, compute_op: add, args: [a, 2], var: b", "query, var: b", expert="rate_equation"),
        _trace("init, var: nan, value: 1", "query, var: nan"),
        _trace("init, var: a, value: 01", "query, var: a"),
    ],
)
def test_what_no_trace_is_is_kept_out(text: str, guidance: Guidance, loaded: LoadedModel) -> None:
    assert not _takes(guidance.start(Grammar(trace_grammar())), loaded.tokenizer, text)


def test_an_expert_that_does_not_exist_has_no_grammar() -> None:
    with pytest.raises(KeyError, match="no expert 'geometry'"):
        trace_grammar("geometry")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["functions", "installer"])
def test_every_gold_reply_is_one_of_its_grammar(
    name: str, format: str, call_guidance: Guidance, calling: LoadedModel
) -> None:
    task = task_for(name, format)
    for problem in task.generate("train", 60, 3):
        start = call_guidance.start(Grammar(task.grammar(problem)))
        assert _takes(start, calling.tokenizer, task.gold_text(problem)), task.gold_text(problem)


@pytest.mark.parametrize("format", FORMATS)
def test_a_guided_call_can_be_read_and_fits_its_tool(
    format: str, call_guidance: Guidance, calling: LoadedModel
) -> None:
    tools = list(read_tools([TOOL]).values())
    start = call_guidance.start(Grammar(FORMATS[format].grammar(tools)))
    expected: Sequence[Any] = [{"book": {"days": [1], "who": [{"name": ["x"]}]}}]
    for text in _walks(start, calling.tokenizer, 40, limit=300):
        verdict = verify_call(text, format=format, expected=expected, tools=[TOOL])
        assert verdict.outcome in ("correct", "wrong_call"), text


def _hermes(arguments: dict[str, Any], name: str = "book") -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (_hermes({"days": 2, "who": {"name": "Ann"}}), True),
        (_hermes({"zone": "b c", "days": 2, "price": None, "tags": [], "who": {"name": "A"}}), True),
        (_hermes({"days": 2, "who": {"name": "A", "adult": True}, "other": {"x": [1, "y"]}}), True),
        ("Which zone?", True),
        (_hermes({"who": {"name": "Ann"}}), False),  # days are required
        (_hermes({"days": 2.5, "who": {"name": "Ann"}}), False),
        (_hermes({"zone": "c", "days": 2, "who": {"name": "Ann"}}), False),
        (_hermes({"days": 2, "who": {"adult": True}}), False),
        (_hermes({"days": 2, "who": {"name": "Ann"}, "colour": "red"}), False),
        (_hermes({"days": 2, "who": {"name": "Ann"}}, name="look"), False),
        (_hermes({"days": 2, "who": {"name": "Ann"}}).removesuffix("</tool_call>"), False),
    ],
)
def test_a_call_must_fit_its_tool(
    text: str, fits: bool, call_guidance: Guidance, calling: LoadedModel
) -> None:
    grammar = FORMATS["hermes"].grammar(list(read_tools([TOOL]).values()))
    assert _takes(call_guidance.start(Grammar(grammar)), calling.tokenizer, text) == fits


def test_without_tools_there_are_only_words(call_guidance: Guidance, calling: LoadedModel) -> None:
    start = call_guidance.start(Grammar(FORMATS["hermes"].grammar([])))
    assert _takes(start, calling.tokenizer, "I have no tool for that.")
    assert not _takes(start, calling.tokenizer, _hermes({}))


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("native", [True, False])
def test_a_model_of_random_weights_writes_what_the_grammar_allows(
    native: bool, temperature: float, loaded: LoadedModel
) -> None:
    model: PreTrainedModel = loaded.model
    if not native:
        torch.manual_seed(0)
        size = len(loaded.tokenizer) + 3  # scores for tokens that do not exist
        model = GPT2LMHeadModel(GPT2Config(vocab_size=size, n_embd=32, n_layer=1, n_head=2, n_positions=512))
    chosen = LoadedModel(model.eval(), loaded.tokenizer, "random", "random")
    groups = complete(
        chosen,
        [question_prompt(QUESTION)] * 3,
        samples=2 if temperature else 1,
        temperature=temperature,
        max_new_tokens=60,
        progress=False,
        constraints=[Grammar(trace_grammar())] * 3,
    )
    guidance = _guidance_of(loaded)
    for sampled in (sampled for group in groups for sampled in group):
        ids = loaded.tokenizer(sampled.text, add_special_tokens=False)["input_ids"]
        assert guidance.matcher(trace_grammar()).deep_copy().try_consume_tokens(ids) == len(ids), sampled.text
        assert sampled.text.startswith(("expert: ", "- expert: "))
        assert (sampled.logprob < 0) == (temperature > 0)


def test_guidance_changes_nothing_where_the_model_obeys(loaded: LoadedModel) -> None:
    prompts = [question_prompt(QUESTION), question_prompt("What is 3 plus 4?")]
    anything = "start: /(?s:.*)/\n"
    free, guided = (
        complete(loaded, prompts, max_new_tokens=20, progress=False, constraints=constraints)
        for constraints in (None, [Grammar(anything)] * 2)
    )
    assert [group[0].tokens for group in free] == [group[0].tokens for group in guided]


def test_a_grammar_that_is_none_is_an_error(guidance: Guidance) -> None:
    with pytest.raises(UserError, match="no grammar for decoding"):
        guidance.start(Grammar("start: nothing_like_it"))


def test_a_tokenizer_without_a_description_is_an_error(loaded: LoadedModel) -> None:
    with pytest.raises(UserError, match="can't be guided by a grammar"):
        Guidance([], {1})  # type: ignore[arg-type]


def test_the_grammar_tells_nothing_of_the_gold() -> None:
    task = TraceTask()
    assert len({task.grammar(problem) for problem in generate("train", 20)}) == 1


def test_an_answer_by_the_grammar_of_an_expert(loaded: LoadedModel) -> None:
    for expert in EXPERTS:
        solution = solve(loaded, QUESTION, experts=(expert,), constrain="grammar", max_new_tokens=12)
        assert solution.chosen.text.startswith(f"expert: {expert}"[: len(solution.chosen.text)])
