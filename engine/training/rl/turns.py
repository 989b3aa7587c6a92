"""What a turn of a whole conversation is worth (`--episodes`): what the conversation gained from it on.

With F the share of the goal facts that hold, and D the dangerous commands so far, turn t of a conversation is worth

    R(t) = F(end) - F(before t) - (D(end) - D(before t)),

its reward to go: what was reached before it is no merit of it. A dangerous command costs 1, as every reward policy has
it. The advantage compares R(t), as the objective has it, with the turns of the same group that stood at the same point:
the same goal facts were missing, and the user was owed the same. Of two turns that stood at the same point, F(before t)
is the same, so what differs is where it led. A turn whose like no sibling had, has no advantage.

Comparing what was gained from the same state on is from Feng et al. 2025, Group-in-Group Policy Optimization, whose
anchor states these points are; they discount it and add the advantage of the whole episode. The turn as the unit of
credit is from Zhou et al. 2024, ArCHer, who learn a critic for it; the reward to go from Sutton et al. 2000, Policy
Gradient Methods. A mean over the turns of the same number would blame a conversation for being ahead of its siblings:
it has less to gain.

`--credit episode` gives all turns of a conversation R(0), the episode's reward, and compares that within the group, as
Wang et al. 2025, RAGEN, optimise whole trajectories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import torch

from trace_trainer.engine.objectives.objective import advantages

if TYPE_CHECKING:
    from trace_trainer.engine.problems.files.call_problems import CallProblem
    from trace_trainer.engine.problems.installer import EpisodeResult


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a completion stands in a conversation.

    Attributes:
        conversation: which of its group it belongs to, from 0.
        number: of the turn, from 0.
        due: what the user is owed.
        before, end: the conversation as it stood before the turn, and as it ended.
    """

    conversation: int
    number: int
    due: Hashable
    before: EpisodeResult
    end: EpisodeResult

    @property
    def to_come(self) -> float:
        """What the conversation gained from this turn on: R(t) of the module's text."""
        return worth(self.end) - worth(self.before)

    @property
    def point(self) -> Hashable:
        """What it has in common with the turns that it is compared with."""
        return self.before.missing, self.due

    def fields(self) -> dict[str, Any]:
        """Those of a line of rollouts.jsonl."""
        return {"conversation": self.conversation, "turn": self.number, "to_come": self.to_come}


def worth(result: EpisodeResult) -> float:
    """The share of goal facts that hold, less 1 for each dangerous command."""
    return result.reached / max(1, result.goals) - result.dangerous


def due(problem: CallProblem) -> Hashable:
    """What the user is owed at a turn: words of a kind, facts, or a look at the machine."""
    expected = problem.expected
    assert isinstance(expected, dict)
    return expected["type"], expected.get("intent"), tuple(sorted(expected.get("goal", ())))


def turn_advantages(objective: str, turns: Sequence[Turn], credit: str) -> list[float]:
    """What each turn of the conversations of one episode is worth to the update.

    Args:
        objective: a key of OBJECTIVES that goes by rewards.
        turns: of all conversations of the group.
        credit: "episode" for the same of all turns of a conversation, else by turn.
    """
    if credit == "episode":
        ends = {turn.conversation: worth(turn.end) for turn in turns}
        of = dict(zip(ends, _compared(objective, list(ends.values())), strict=True))
        return [of[turn.conversation] for turn in turns]
    points: dict[Hashable, list[int]] = defaultdict(list)
    for place, turn in enumerate(turns):
        points[turn.point].append(place)
    found = [0.0] * len(turns)
    for places in points.values():
        compared = _compared(objective, [turns[place].to_come for place in places])
        for place, advantage in zip(places, compared, strict=True):
            found[place] = advantage
    return found


def _compared(objective: str, rewards: Sequence[float]) -> list[float]:
    row = torch.tensor([rewards])
    compared: list[float] = advantages(objective, row, torch.zeros_like(row, dtype=torch.bool))[0].tolist()
    return compared


def figures(groups: Sequence[Sequence[Turn]]) -> dict[str, Any]:
    """Of whole conversations, for a line of metrics.jsonl; nothing where there are none."""
    ends = [turn.end for group in groups for turn in group if turn.number == 0]
    if not ends:
        return {}
    return {
        "conversations": {
            "n": len(ends),
            "reward": fmean(map(worth, ends)),
            "goals": fmean(end.reached / max(1, end.goals) for end in ends),
            "complete": fmean(end.is_complete for end in ends),
            "dangerous": sum(end.dangerous for end in ends),
            "turns": fmean(end.turns for end in ends),
        }
    }
