"""Credit by step: what comes before the first step at fault is not blamed for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.models.chat import PLAIN_TEMPLATE, completion_text
from trace_trainer.engine.objectives.objective import Clipping, Tokens, token_loss
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.training.rl.credit import by_step, check_credit, unblamed_tokens
from trace_trainer.engine.training.rl.samples import Sample, judged_sample
from trace_trainer.engine.training.rl.weighing import weigh
from trace_trainer.experts.problems import Problem, generate

GOLD = (
    "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 5}\n- {op: init, var: b, value: 2}\n"
    "- {op: compute, compute_op: mul, args: [a, b], var: r}\n- {op: query, var: r}\n"
)
WRONG = GOLD.replace("mul", "add")
PROBLEM = Problem(
    "p", "Tom has 5 apples, and each weighs 2 ounces. What do they weigh?", "10", "arithmetic", GOLD
)
STEP = RLConfig(credit="step", objective="grpo")


@pytest.fixture
def own(tiny_model_dir: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tiny_model_dir)


@pytest.fixture(scope="module")
def crossing() -> PreTrainedTokenizerBase:
    """A tokenizer whose tokens go on from one line into the next, and that splits letters into bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([p.trace or "" for p in generate("train", 200, seed=0)], trainer)
    found = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    found.chat_template = PLAIN_TEMPLATE
    return found


def sample_of(tokenizer: PreTrainedTokenizerBase, text: str) -> Sample:
    ids = [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    rollout = Rollout([1, 2, 3], ids, [-1.0] * len(ids), ended=True)
    return judged_sample(TraceTask(), PROBLEM, rollout, completion_text(tokenizer, ids), "gated")


@pytest.mark.parametrize("which", ["own", "crossing"])
@pytest.mark.parametrize("wrong", [WRONG, GOLD.replace("a, b", "a, c"), GOLD.replace("var: b,", "var: bä,")])
def test_the_tokens_before_a_fault_are_those_that_write_nothing_of_it(
    which: str, wrong: str, request: pytest.FixtureRequest
) -> None:
    tokenizer = request.getfixturevalue(which)
    sample = sample_of(tokenizer, wrong)
    assert sample.verdict.first_fault is not None
    before = "\n".join(wrong.split("\n")[: sample.verdict.first_fault.line - 1]) + "\n"
    count = unblamed_tokens(tokenizer, sample)
    ids = sample.rollout.completion_ids
    assert before.startswith(completion_text(tokenizer, ids[:count]))
    assert len(completion_text(tokenizer, ids[: count + 1])) > len(before)


def test_tokens_that_reach_over_a_line_end_occur_here(crossing: PreTrainedTokenizerBase) -> None:
    pieces = [crossing.decode([i]) for i in crossing(GOLD, add_special_tokens=False)["input_ids"]]
    assert any("\n" in piece.rstrip("\n") for piece in pieces)


@pytest.mark.parametrize("text", [GOLD, GOLD[:60], "", "expert: percentage" + GOLD[18:]])
def test_nothing_is_spared_where_no_step_is_at_fault_or_the_heading_is(
    own: PreTrainedTokenizerBase, text: str
) -> None:
    assert unblamed_tokens(own, sample_of(own, text)) == 0


def test_a_wrong_sample_is_blamed_from_its_fault_on_and_a_right_one_is_praised_whole(
    own: PreTrainedTokenizerBase,
) -> None:
    right, wrong = sample_of(own, GOLD), sample_of(own, WRONG)
    weigh(STEP, own, [[right, wrong]])
    lengths = torch.tensor([len(s.rollout.completion_ids) for s in (right, wrong)])
    rows = torch.arange(2).repeat_interleave(lengths)
    parts, advantage, weight = by_step([right, wrong], rows, torch.tensor([0.5, 0.25]))
    of_tokens = advantage[parts]
    assert (of_tokens[: lengths[0]] == right.advantage).all() and right.advantage > 0
    spared, blamed = of_tokens[lengths[0] :].split([wrong.unblamed, int(lengths[1]) - wrong.unblamed])
    assert len(spared) > 10 and (spared == 0).all()
    assert (blamed == wrong.advantage).all() and wrong.advantage < 0
    assert torch.equal(weight[parts], torch.tensor([0.5, 0.25])[rows])


def test_a_wrong_sample_that_is_worth_more_than_its_group_is_praised_whole(
    own: PreTrainedTokenizerBase,
) -> None:
    better, worse = sample_of(own, WRONG), sample_of(own, "")
    weigh(STEP, own, [[better, worse]])
    assert better.advantage > 0 and better.unblamed == 0


@pytest.mark.parametrize("objective", ["grpo", "dr-grpo", "dapo", "cispo"])
def test_tokens_before_a_fault_get_no_gradient(own: PreTrainedTokenizerBase, objective: str) -> None:
    wrong = sample_of(own, WRONG)
    wrong.advantage, wrong.unblamed = -1.0, 12
    old = torch.tensor(wrong.rollout.logprobs)
    new = old.clone().requires_grad_()
    rows = torch.zeros(len(new), dtype=torch.long)
    tokens = Tokens(new, old, *by_step([wrong], rows, torch.ones(1)))
    token_loss(objective, tokens, Clipping(0.2, 0.28)).loss.backward()
    assert new.grad is not None and (new.grad[:12] == 0).all() and (new.grad[12:] > 0).all()


def test_credit_by_trace_is_what_it_was(own: PreTrainedTokenizerBase) -> None:
    right, wrong = sample_of(own, GOLD), sample_of(own, WRONG)
    weigh(RLConfig(), own, [[right, wrong]])
    rows, weight = torch.tensor([0, 0, 1]), torch.tensor([0.5, 0.25])
    found = by_step([right, wrong], rows, weight)
    assert found[0] is rows and found[2] is weight
    assert found[1].tolist() == [right.advantage, wrong.advantage]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"task": "installer"}, "for traces, whose steps a verdict names, not for the task installer"),
        ({"objective": "gspo"}, "needs an objective with a ratio for each token"),
        ({"objective": "rloo"}, "use dr-grpo, grpo, dapo or cispo"),
        ({"objective": "expert-iteration"}, "expert-iteration, which blames no sample"),
    ],
)
def test_settings_under_which_it_means_nothing_are_refused(changed: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_credit(RLConfig(credit="step", **changed))
