"""The native loop with a server that samples: a stand-in that speaks vLLM's protocol over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from helpers.native_loops import PROBLEMS, UNPARSED, Judge, by_text, lines, same, stop_after, weights
from helpers.rl_command import metrics
from helpers.vllm_servers import VLLMStandIn, vllm_server

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.checking import check_settings
from trace_trainer.engine.training.rl.loop import NativeLoop


@pytest.fixture
def server(tiny_model_dir: Path) -> Iterator[VLLMStandIn]:
    with vllm_server(tiny_model_dir) as running:
        yield running


@pytest.fixture
def served_loop(server: VLLMStandIn, new_loop: Callable[..., NativeLoop]) -> Callable[..., NativeLoop]:
    """Makes a loop that samples by the stand-in."""

    def make(name: str = "trial", **changed: Any) -> NativeLoop:
        return new_loop(name, sampler="vllm", vllm_url=server.url, **{"iterations": 2, **changed})

    return make


def equal_weights(server: VLLMStandIn, loop: NativeLoop) -> bool:
    return same(dict(server.model.named_parameters()), weights(loop))


# --- the whole way


def test_the_command_trains_by_a_server_from_its_probe_to_the_measurement_after(
    server: VLLMStandIn, rl: Callable[..., Result], judged: object, checkpoints: Path
) -> None:
    result = rl("--name", "trial", "--sampler", "vllm", "--vllm-url", server.url)
    assert result.exit_code == 0, result.output
    for record in metrics(checkpoints / "trial"):
        assert record["importance"]["log_ratio"] == pytest.approx(0, abs=1e-5)
        assert record["grad_norm"] > 0
    assert [path for path, _ in server.asked].count(
        "/collective_rpc"
    ) == 3  # the probe's and each iteration's
    assert [path.name for path in checkpoints.iterdir()] == ["trial"]  # no weights are left lying about


def test_every_iteration_samples_from_the_weights_of_the_update_before(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    loop = served_loop(iterations=3)
    sampled_with = []
    practise = loop.practise

    def noted(*arguments: Any) -> Any:
        before = weights(loop)
        samples = practise(*arguments)
        sampled_with.append((before, equal_weights(server, loop)))
        return samples

    loop.practise = noted  # type: ignore[method-assign]
    assert loop.run(cycle(PROBLEMS)) is True
    assert [equal for _, equal in sampled_with] == [True, True, True]
    assert not same(sampled_with[0][0], sampled_with[2][0])  # and they were others each time
    names = {name for name, _ in loop.model.named_parameters()}
    assert [set(taken) for taken in server.taken] == [names] * 3


def test_the_server_is_asked_for_what_the_run_says_with_a_seed_for_each_prompt(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    served_loop(temperature=0.8, max_new_tokens=6, iterations=2).run(cycle(PROBLEMS))
    bodies = server.bodies("/v1/completions")[1:]  # the first finds out whether there are as many tokens
    assert len(bodies) == 8 == len({body["seed"] for body in bodies})
    assert {(body["n"], body["max_tokens"], body["temperature"]) for body in bodies} == {(4, 6, 0.8)}
    end = server.model.config.eos_token_id
    assert all(end in body["stop_token_ids"] for body in bodies)


@pytest.mark.parametrize("streams", ["batch", "problem"])
def test_the_same_settings_ask_with_the_same_seeds(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop], streams: str
) -> None:
    asked = []
    for name in ("one", "other"):
        loop = served_loop(name, streams=streams)
        first = len(server.bodies("/v1/completions"))
        loop.sample(PROBLEMS[:4])
        asked.append({str(b["prompt"]): b["seed"] for b in server.bodies("/v1/completions")[first:]})
    assert asked[0] == asked[1]
    assert len(set(asked[0].values())) == 4


def test_a_refilled_iteration_sends_its_weights_once(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(lambda problem, text: UNPARSED if problem is PROBLEMS[0] else by_text(problem, text))
    loop = served_loop(refill=1.0, iterations=1)
    loop.run(cycle(PROBLEMS))
    assert lines(loop)[0]["refilled"]["groups"] > 0
    assert len(server.taken) == 1


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing")  # PEFT's own
def test_an_adapter_is_sent_merged_under_the_names_of_its_base(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    loop = served_loop(method="lora", rank=4, alpha=8)
    names = set(dict(server.model.named_parameters()))
    base = {name: weight.clone() for name, weight in loop.model.get_base_model().state_dict().items()}
    loop.run(cycle(PROBLEMS))
    assert [set(taken) for taken in server.taken] == [names] * 2
    assert lines(loop)[1]["importance"]["log_ratio"] == pytest.approx(0, abs=1e-5)
    moved = "model.layers.0.self_attn.q_proj"
    assert not torch.equal(server.taken[1][f"{moved}.weight"], base[f"{moved}.base_layer.weight"])


def test_a_resumed_run_sends_its_own_weights_and_ends_as_an_uninterrupted_one(
    server: VLLMStandIn,
    served_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
) -> None:
    whole, first = served_loop("whole", iterations=3), served_loop("parts", iterations=3)
    whole.run(cycle(PROBLEMS))
    first.run(stop_after(first, 1))
    second = resumed(first)
    assert second.run(cycle(PROBLEMS)) is True
    for one, other in zip(lines(whole, "rollouts"), lines(second, "rollouts"), strict=True):
        assert one == other
    for name, weight in weights(whole).items():
        assert torch.allclose(weight, weights(second)[name], atol=1e-6)


# --- the difference between server and trainer


def test_with_the_same_weights_the_update_is_that_of_samples_of_ones_own(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    loop = served_loop(iterations=1)
    loop.run(cycle(PROBLEMS))
    record = lines(loop)[0]
    assert record["importance"] == {
        "log_ratio": pytest.approx(0, abs=1e-5),
        "mean": pytest.approx(1, abs=1e-5),
        "max": pytest.approx(1, abs=1e-4),
        "truncated": 0,
    }


def test_with_other_weights_the_difference_is_reported_and_ratios_start_at_1_all_the_same(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    server.noise = 0.005
    loop = served_loop(iterations=1, minibatches=1)
    loop.run(cycle(PROBLEMS))
    record = lines(loop)[0]
    assert 1e-3 < record["importance"]["log_ratio"] < 0.5
    assert record["importance"]["max"] > 1.01
    assert record["ratio_max"] == pytest.approx(1, abs=1e-5)


def test_the_cap_holds_what_a_token_counts_for(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop]
) -> None:
    server.noise = 0.01
    loop = served_loop(iterations=1, importance_cap=1.0)
    loop.run(cycle(PROBLEMS))
    figures = lines(loop)[0]["importance"]
    assert figures["max"] == 1 and 0.1 < figures["truncated"] < 0.9 and figures["mean"] < 1


def test_the_native_samplers_report_no_difference(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=1)
    assert not any(r.policy_logprobs for group in loop.sample(PROBLEMS[:2]) for r in group)
    loop.run(cycle(PROBLEMS))
    assert "importance" not in lines(loop)[0]


# --- what ends with a line


def test_a_server_that_keeps_other_weights_is_one_line_before_the_run_starts(
    server: VLLMStandIn, rl: Callable[..., Result], checkpoints: Path
) -> None:
    server.noise = 1.0
    result = rl("--name", "trial", "--sampler", "vllm", "--vllm-url", server.url)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(
        f"Error: {server.url} does not sample from the model in training: their log-probabilities differ by "
    )
    assert not (checkpoints / "trial").exists()


def test_a_server_that_is_gone_is_one_line_before_the_run_starts(
    rl: Callable[..., Result], checkpoints: Path
) -> None:
    gone = ("--vllm-url", "http://127.0.0.1:9", "--vllm-timeout", "0.1")
    result = rl("--name", "trial", "--sampler", "vllm", *gone)
    assert result.exit_code == 2
    assert "Error: no vLLM server at http://127.0.0.1:9 within 0.1 s" in result.stderr
    assert not (checkpoints / "trial").exists()


def test_a_server_that_goes_within_the_run_leaves_a_run_that_goes_on(
    server: VLLMStandIn, served_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = served_loop(iterations=2, checkpoint_every=0)
    server.answer = lambda path, body, status, answer: (
        (500, {"error": {"message": "EngineCore is dead"}}) if len(server.taken) == 2 else (status, answer)
    )
    with pytest.raises(UserError, match="/collective_rpc refuses: 500 EngineCore is dead"):
        loop.run(cycle(PROBLEMS))
    server.answer = lambda path, body, status, answer: (status, answer)
    again = resumed(loop)
    assert again.iteration == 1 and again.run(cycle(PROBLEMS)) is True


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"constrain": "grammar"}, "--sampler vllm can't be constrained"),
        ({"trim_vocab": True}, "leave out --trim-vocab"),
        ({"method": "qlora"}, "use --method lora"),
        ({"sampler": "auto", "vllm_url": "http://here:1"}, "--vllm-url needs --sampler vllm"),
        ({"sampler": "native", "importance_cap": 3.0}, "--importance-cap needs --sampler vllm"),
    ],
)
def test_settings_that_do_not_go_together_are_one_line(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_settings(RLConfig(**{"sampler": "vllm", **given}))
    check_settings(RLConfig(sampler="vllm", vllm_url="http://here:1", importance_cap=3.0))


def test_a_call_without_a_server_says_who_connects(new_loop: Callable[..., NativeLoop]) -> None:
    with pytest.raises(UserError, match="a server, which only trainer rl connects to"):
        sample(new_loop().model, [[5, 6]], end_ids={2}, pad_id=0, sampler="vllm")
