"""Practice on whole conversations (`--episodes`): each is played to its end before anything is learned of it.

A problem is the start of a conversation: a machine, and what its user wants. Its group is so many conversations from
there; all of an iteration are played side by side, a turn of all of them in one pass of sampling, by what plays them
for `trainer eval --episodes` (`engine/evaluation/playing.py`). Each turn is a completion with a prompt of its own, what
was said so far, and the update takes it as any other. What it is worth is in `turns.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.playing import play_together
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.models.chat import completion_text
from trace_trainer.engine.objectives.objective import advantages
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.installer import with_episodes
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.overlong import takes_part
from trace_trainer.engine.training.rl.problems import RL_SEED_OFFSET
from trace_trainer.engine.training.rl.samples import Sample, judged_sample
from trace_trainer.engine.training.rl.turns import Turn, due, turn_advantages

if TYPE_CHECKING:
    from trace_trainer.engine.problems.installer import Episode, EpisodeResult

_CALLS_APART = 100  # more than a conversation has turns


def drawn_groups(config: RLConfig) -> Iterator[tuple[Episode, ...]]:
    """Conversations that nobody has said anything in yet, in groups that start alike, without end."""
    from trace_trainer.engine.problems.installer import draw_episodes

    seed = RL_SEED_OFFSET + config.seed
    return zip(*(draw_episodes("train", seed, config.wording) for _ in range(config.group_size)), strict=True)


@dataclass(frozen=True, slots=True)
class Played:
    """A turn that was played: what it posed, the completion, and how the conversation stood before."""

    problem: CallProblem
    rollout: Rollout
    before: EpisodeResult


class EpisodesLoop(NativeLoop):
    """The native loop over groups of conversations, as `drawn_groups` gives them, in the place of problems.

    A group of samples is that of all turns of all conversations of a start.
    """

    def sample(
        self, problems: list[Any], places: Sequence[int] | None = None, again: int = 0
    ) -> list[list[Any]]:
        """Play every conversation of each group; of each group, the turns of each conversation."""
        size, tokenizer = self.config.group_size, self.loaded.tokenizer
        places = range(len(problems)) if places is None else places
        episodes = {
            place * size + member: episode
            for place, group in zip(places, problems, strict=True)
            for member, episode in enumerate(group)
        }
        played: dict[int, list[Played]] = defaultdict(list)

        def ask(turn: int, asked: Mapping[int, CallProblem]) -> dict[int, str]:
            posed, names = list(asked.values()), list(asked)
            rounds = again * _CALLS_APART + turn
            groups = self.sampling.groups(posed, self.iteration, names, rounds, self.steps, size=1)
            for name, problem, (rollout,) in zip(names, posed, groups, strict=True):
                played[name].append(Played(problem, rollout, episodes[name].result()))
            return {
                name: completion_text(tokenizer, played[name][-1].rollout.completion_ids) for name in names
            }

        if not episodes:  # a server is sent the weights by all processes together
            self.sampling.groups([], self.iteration, [], steps=self.steps)
        play_together(episodes, ask, with_episodes(self.task).format, guard=self.config.guard)
        return [
            [played[place * size + member] for member in range(len(group))]
            for place, group in zip(places, problems, strict=True)
        ]

    def verify(self, problems: list[Any], groups: list[list[Any]]) -> list[list[Sample]]:
        """Judge every turn by itself, for the log, and say where in its conversation it stands."""
        return [
            [
                self._judged(turn, Turn(member, number, due(turn.problem), turn.before, episode.result()))
                for member, (episode, turns) in enumerate(zip(episodes, conversations, strict=True))
                for number, turn in enumerate(turns)
            ]
            for episodes, conversations in zip(problems, groups, strict=True)
        ]

    def _judged(self, played: Played, turn: Turn) -> Sample:
        text = completion_text(self.loaded.tokenizer, played.rollout.completion_ids)
        sample = judged_sample(self.task, played.problem, played.rollout, text, self.config.reward)
        sample.turn = turn
        return sample

    def weigh(self, samples: list[list[Sample]]) -> None:
        """Give every turn its advantage."""
        config = self.config
        for group in samples:
            turns = [sample.turn for sample in group if sample.turn is not None]
            found = turn_advantages(config.objective, turns, config.credit)
            for sample, advantage in zip(group, found, strict=True):
                sample.advantage = advantage if takes_part(config, sample) else 0.0


def check_episodes(config: RLConfig) -> None:
    """Raise UserError for settings that mean nothing with whole conversations, or only with them."""
    if not config.episodes:
        if config.guard or config.credit == "episode":
            option = "--guard" if config.guard else "--credit episode"
            raise UserError(f"{option} is for --episodes; leave it out, or add --episodes")
        return
    with_episodes(config.make_task())
    refused = {
        "--data": config.data is not None,
        "--histories own": config.histories == "own",
        "--curriculum": config.curriculum,
        "--overlong penalty": config.overlong == "penalty",
    }
    for option, given in refused.items():
        if given:
            raise UserError(
                f"{option} is for single turns, not for the conversations of --episodes; leave it out"
            )
    worth = advantages(config.objective, torch.tensor([[0.0, 1.0]]), torch.tensor([[True, True]]))
    if not (worth < 0).any():
        raise UserError(
            f"--episodes pays by what a conversation came to, and {config.objective} goes by right and wrong replies; "
            "use another --objective, such as dr-grpo"
        )
