"""Practice in conversations that the model's own replies lead."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.rl.conversations import Conversations
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.problems import rl_problems
from trace_trainer.engine.training.rl.trl_settings import require_trl
from trace_trainer.engine.training.tuning import load_trainable

INSTALLER = task_for("installer", "hermes")
CONFIG = RLConfig(task="installer", call_format="hermes", histories="own", prompts_per_iteration=8)


def conversations(at_once: int = 8, **options: Any) -> Conversations:
    return Conversations(INSTALLER, seed=3, at_once=at_once, **options)


def said_before(problem: Any) -> list[str]:
    return [str(message.get("content")) for message in problem.messages if message["role"] == "assistant"]


def test_every_conversation_gets_its_turn() -> None:
    practice = conversations()
    first, second = list(islice(practice, 8)), list(islice(practice, 8))
    assert len({problem.episode for problem in first}) == 8
    assert [problem.episode for problem in first] == [problem.episode for problem in second]


def test_what_the_model_replied_stands_in_the_history() -> None:
    practice = conversations()
    asked = list(islice(practice, 8))
    practice.hear(asked, [f"I am thinking about {number}." for number in range(8)])
    for number, problem in enumerate(islice(practice, 8)):
        assert said_before(problem)[-1] == f"I am thinking about {number}."


def test_a_command_that_the_model_replied_has_run() -> None:
    practice = conversations()
    asked = list(islice(practice, 8))
    command = (
        '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "hwclock -w"}}\n</tool_call>'
    )
    practice.hear(asked, [command] * 8)
    assert all(problem.ran[-1] == "hwclock -w" for problem in islice(practice, 8))


def test_without_a_reply_a_conversation_goes_on_as_it_should() -> None:
    practice = conversations(at_once=1)
    turns = list(islice(practice, 40))
    golds = [problem.reply for problem in turns]
    for before, after in zip(golds, turns[1:], strict=False):
        assert after.episode != turns[0].episode or before in after.messages or len(after.messages) == 2
    assert not any(problem.category == "recover" for problem in turns)


def test_a_conversation_that_ended_makes_room_for_another() -> None:
    practice = conversations(at_once=2)
    episodes = {problem.episode for problem in islice(practice, 200)}
    assert len(episodes) > 4
    assert all(str(episode).startswith("train-3-") for episode in episodes)


def test_they_do_not_all_begin_at_once() -> None:
    problems = list(islice(conversations(at_once=30), 30))
    assert sum(len(problem.ran) > 3 for problem in problems) > 5


def test_only_plain_users_where_the_wording_is_plain() -> None:
    practice = conversations(at_once=20, wording="plain")
    assert all((problem.source or "").startswith("en.") for problem in islice(practice, 60))


def test_a_task_without_conversations_is_refused() -> None:
    with pytest.raises(UserError, match="only the task installer has episodes, not traces"):
        Conversations(task_for("traces", "hermes"), seed=0, at_once=2)


def test_own_histories_need_generated_conversations(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--histories own is for generated conversations"):
        rl_problems(
            RLConfig(task="installer", call_format="hermes", histories="own", data=(str(tmp_path / "x"),))
        )


def test_trl_has_no_own_histories() -> None:
    with pytest.raises(UserError, match="needs --backend native"):
        require_trl(CONFIG)


def test_the_loop_tells_conversations_what_the_model_replied(
    tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    config = replace(CONFIG, iterations=2, group_size=2, minibatches=1, max_new_tokens=8, collapse=0)
    loaded = load_trainable(str(tiny_call_model_dir), config)
    config.make_task().fit(loaded.tokenizer, loaded.name)
    practice = conversations()
    run = Run.create("rl", "trial", config, parent=loaded.name, parent_path=loaded.path, overwrite=False)
    assert NativeLoop(config, loaded, run).run(practice)
    logged = (run.path / "rollouts.jsonl").read_text(encoding="utf-8").splitlines()
    replies = {json.loads(line)["completion"] for line in logged}
    assert all(set(said_before(problem)) & replies for problem in islice(practice, 8))
