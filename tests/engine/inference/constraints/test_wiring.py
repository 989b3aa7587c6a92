"""Wiring: a model of random weights writes traces with nothing wrong before their execution, whatever the expert."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from trace_trainer.engine.inference.constraints import Wiring
from trace_trainer.engine.inference.constraints.guidance import Guidance
from trace_trainer.engine.inference.constraints.guide import Guide
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.models.chat import completion_text, end_token_ids, prompt_ids
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.tasks.traces import question_prompt
from trace_trainer.experts import expert_names
from trace_trainer.experts.problems import Problem, generate
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.verdict import CODES, Stage, Verdict

LIMIT = 256


@pytest.fixture(scope="module")
def loaded(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


def _written(
    loaded: LoadedModel,
    problems: list[Problem],
    expert: str | None,
    sampler: str = "auto",
    limit: int = LIMIT,
    temperature: float = 1.0,
) -> list[tuple[Rollout, str, Verdict]]:
    """What the model writes for each problem under the wiring, and the verdict on it."""
    ends = end_token_ids(loaded.tokenizer, loaded.model)
    guidance = Guidance(loaded.tokenizer, ends)
    groups = sample(
        loaded.model,
        [prompt_ids(loaded.tokenizer, question_prompt(problem.question)) for problem in problems],
        temperature=temperature,
        max_new_tokens=limit,
        end_ids=ends,
        pad_id=loaded.tokenizer.pad_token_id,
        starts=[guidance.start(Wiring(problem.question, expert)) for problem in problems],
        sampler=sampler,
    )
    texts = [completion_text(loaded.tokenizer, rollout.completion_ids) for (rollout,) in groups]
    return [
        (rollout, text, verify_trace(text, problem.question, problem.answer, expert, reference=problem.trace))
        for (rollout,), text, problem in zip(groups, texts, problems, strict=True)
    ]


def _before_execution(verdict: Verdict) -> list[str]:
    return [v.code for v in verdict.violations if CODES.get(v.code, Stage.PARSE) < Stage.EXECUTION]


@pytest.mark.parametrize("expert", expert_names())
def test_nothing_is_wrong_before_the_execution_of_what_random_weights_write(
    expert: str, loaded: LoadedModel
) -> None:
    problems = list(generate("train", 12, 7, [expert]))
    for rollout, text, verdict in _written(loaded, problems, expert):
        assert rollout.ended, text
        assert (verdict.expert, _before_execution(verdict)) == (expert, []), text


@pytest.mark.slow
@pytest.mark.parametrize("expert", expert_names())
def test_nothing_is_wrong_for_many_problems(expert: str, loaded: LoadedModel) -> None:
    problems = list(generate("train", 100, 11, [expert]))
    wrong = [text for r, text, v in _written(loaded, problems, expert) if not r.ended or _before_execution(v)]
    assert wrong == []


def test_any_expert_may_be_chosen_where_none_is_named(loaded: LoadedModel) -> None:
    named = set()
    for _, text, verdict in _written(loaded, list(generate("train", 24, 3)), None):
        named.add(verdict.expert)
        assert _before_execution(verdict) == [], text
    assert len(named) > 3


def test_the_other_sampler_keeps_to_it_too(loaded: LoadedModel) -> None:
    torch.manual_seed(0)
    for rollout, text, verdict in _written(loaded, list(generate("train", 4, 5)), None, "generate"):
        assert _before_execution(verdict) == [], text
        assert len(rollout.masks) == len(rollout.completion_ids)


def test_forced_tokens_that_enter_together_change_nothing(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems, widths = list(generate("train", 1, 6)), []
    hook = loaded.model.register_forward_pre_hook(
        lambda _, given, named: widths.append(named["input_ids"].shape[1]), with_kwargs=True
    )
    ((quick, _, _),) = _written(loaded, problems, None, temperature=0.0)
    hook.remove()
    assert 1 in widths and max(widths[1:]) > 1
    monkeypatch.setattr(Guide, "forced", lambda self, rows: None)
    ((slow, _, _),) = _written(loaded, problems, None, temperature=0.0)
    assert quick.completion_ids == slow.completion_ids


def test_a_trace_ends_within_its_limit_of_tokens(loaded: LoadedModel) -> None:
    for rollout, text, verdict in _written(loaded, list(generate("train", 8, 4)), None, limit=120):
        assert rollout.ended and not _before_execution(verdict), text


def test_a_question_without_a_number_is_answered_from_constants(loaded: LoadedModel) -> None:
    ((rollout, text, verdict),) = _written(loaded, [Problem("none", "How many days has a week?", "7")], None)
    assert rollout.ended
    assert set(_before_execution(verdict)) <= {"answer_from_constants"}, text
