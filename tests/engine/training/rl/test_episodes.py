"""Practice on whole conversations: played side by side, logged turn by turn, paid by what came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from helpers.native_loops import lines, same, weights

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.installer import draw_episode
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.calls import as_message
from trace_trainer.engine.training.rl.checking import check_settings
from trace_trainer.engine.training.rl.episodes import EpisodesLoop, drawn_groups
from trace_trainer.engine.training.rl.train import prepare, train
from trace_trainer.engine.training.tuning import load_trainable

CONFIG = RLConfig(
    task="installer",
    call_format="hermes",
    episodes=True,
    iterations=2,
    prompts_per_iteration=2,
    group_size=2,
    minibatches=1,
    max_new_tokens=8,
    checkpoint_every=1,
    collapse=0,
    signal_per_step=0,
)
DANGEROUS = '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "rm -rf /"}}\n</tool_call>'
Say = Callable[[int, CallProblem, EpisodesLoop], str]


@pytest.fixture
def new_loop(tiny_call_model_dir: Path, checkpoints: Path) -> Callable[..., EpisodesLoop]:
    def make(name: str = "trial", **changed: Any) -> EpisodesLoop:
        config = replace(CONFIG, **changed)
        loaded = load_trainable(str(tiny_call_model_dir), config)
        config.make_task().fit(loaded.tokenizer, loaded.name)
        run = Run.create("rl", name, config, parent=loaded.name, parent_path=loaded.path, overwrite=True)
        return EpisodesLoop(config, loaded, run)

    return make


def scripted(loop: EpisodesLoop, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each conversation, by its number, say what a test wants."""

    def sampled(
        problems: Sequence[CallProblem], iteration: int, places: Sequence[int], *others: Any, **size: Any
    ) -> list[list[Rollout]]:
        loaded = loop.loaded
        texts = [say(place, problem, loop) for place, problem in zip(places, problems, strict=True)]
        ids = [loaded.tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        return [[Rollout([1, 2], completion, [-1.0] * len(completion), True)] for completion in ids]

    monkeypatch.setattr(loop.sampling, "groups", sampled)


def right_if_even(place: int, problem: CallProblem, loop: EpisodesLoop) -> str:
    """Every second conversation gets right replies, the others are told nothing."""
    return loop.task.gold_text(problem) if place % 2 == 0 else "I do not know."


def test_the_log_plays_every_conversation_again(new_loop: Callable[..., EpisodesLoop]) -> None:
    loop = new_loop(iterations=1)
    assert loop.run(drawn_groups(loop.config))
    said: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for line in lines(loop, "rollouts"):
        said[line["episode"], line["conversation"]].append(line)
    assert len(said) == 4
    for (name, _), turns in said.items():
        split, seed, number = name.split("-")
        episode = draw_episode(split, int(seed), int(number))
        assert [turn["turn"] for turn in turns] == list(range(len(turns)))
        for turn in turns:
            problem = episode.next()
            assert problem is not None
            assert problem.messages == turn["messages"]
            episode.reply(as_message(turn["completion"], "hermes"))
        assert episode.next() is None


def test_right_replies_are_praised_and_what_leads_nowhere_is_blamed(
    new_loop: Callable[..., EpisodesLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = new_loop()
    scripted(loop, right_if_even, monkeypatch)
    seen: list[Any] = []
    monkeypatch.setattr(loop, "update", lambda samples: seen.extend(samples) or EpisodesLoop.update(loop, []))
    record = loop.iterate(drawn_groups(loop.config))
    assert record["conversations"]["complete"] == 0.5
    for group in seen:
        compared = [sample for sample in group if sample.advantage != 0]
        assert {sample.turn.conversation for sample in compared} == {0, 1}
        assert all((sample.advantage > 0) == (sample.turn.conversation == 0) for sample in compared)


@pytest.mark.parametrize("guard", [False, True])
def test_with_the_guard_no_dangerous_command_runs(
    guard: bool, new_loop: Callable[..., EpisodesLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = new_loop(guard=guard)
    scripted(loop, lambda *_: DANGEROUS, monkeypatch)
    record = loop.iterate(drawn_groups(loop.config))
    assert (record["conversations"]["dangerous"] == 0) == guard
    assert record["outcomes"] == {"refused": sum(record["outcomes"].values())}


@pytest.mark.parametrize("say", [None, right_if_even])
def test_a_resumed_run_ends_with_the_weights_and_logs_of_an_uninterrupted_one(
    say: Say | None, new_loop: Callable[..., EpisodesLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, first = new_loop("whole"), new_loop("parts")
    start = weights(whole)

    def script(*loops: EpisodesLoop) -> None:
        for loop in loops if say is not None else ():  # else no turn of a random model brings anything
            scripted(loop, say, monkeypatch)

    script(whole, first)
    assert whole.run(drawn_groups(CONFIG))
    assert same(start, weights(whole)) == (say is None)
    first.iterate(drawn_groups(CONFIG))
    first.save()
    second = EpisodesLoop(CONFIG, new_loop("other").loaded, Run.resume("rl", "parts"))
    second.load()
    script(second)
    assert second.run(drawn_groups(CONFIG))
    assert same(weights(whole), weights(second))
    assert lines(whole, "rollouts") == lines(second, "rollouts")


def test_with_streams_of_their_own_conversations_do_not_depend_on_those_beside_them(
    new_loop: Callable[..., EpisodesLoop],
) -> None:
    loop = new_loop(streams="problem", dtype="float32")
    both = loop.sample(list(islice(drawn_groups(loop.config), 2)))
    alone = loop.sample(list(islice(drawn_groups(loop.config), 1, 2)), [1])
    said = [[turn.rollout.completion_ids for turn in turns] for turns in both[1]]
    assert said == [[turn.rollout.completion_ids for turn in turns] for turns in alone[0]]


def test_a_refill_may_be_the_hundredth(new_loop: Callable[..., EpisodesLoop]) -> None:
    loop = new_loop(streams="problem")
    assert loop.sample(list(islice(drawn_groups(loop.config), 1)), [0], again=100)


def test_every_turn_is_sampled_under_the_constraint(new_loop: Callable[..., EpisodesLoop]) -> None:
    loop = new_loop(constrain="grammar")
    (group,) = loop.sample(list(islice(drawn_groups(loop.config), 1)))
    rollouts = [turn.rollout for turns in group for turn in turns]
    assert all(len(rollout.masks) == len(rollout.completion_ids) for rollout in rollouts)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"histories": "own"}, "--histories own is for single turns"),
        ({"data": ("x.jsonl",)}, "--data is for single turns"),
        ({"curriculum": True}, "--curriculum is for single turns"),
        ({"overlong": "penalty"}, "--overlong penalty is for single turns"),
        ({"objective": "expert-iteration"}, "such as dr-grpo"),
        ({"backend": "trl"}, "--episodes needs --backend native"),
        ({"task": "functions"}, "only the task installer has episodes"),
        ({"episodes": False, "guard": True}, "--guard is for --episodes"),
        ({"episodes": False, "credit": "episode"}, "--credit episode is for --episodes"),
    ],
)
def test_settings_that_mean_nothing_with_it_are_refused(changed: dict[str, Any], message: str) -> None:
    check_settings(CONFIG)
    with pytest.raises(UserError, match=message):
        check_settings(replace(CONFIG, **changed))


def test_a_run_is_prepared_with_turns_for_the_doctor_and_trained_on_conversations(
    tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    prepared = prepare(replace(CONFIG, model=str(tiny_call_model_dir), iterations=1, eval_count=4))
    assert prepared.source.endswith("whole conversations")
    assert all(problem.reply for problem in prepared.problems)
    run, _ = train(prepared, "played")
    (record,) = [record for record in run.metrics() if "eval" not in record]
    assert record["conversations"]["n"] == 4
