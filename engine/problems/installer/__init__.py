"""Dialogues with an installer's assistant, made on the simulated machine of trace_trainer.verifiers.machine."""

from trace_trainer.engine.problems.installer.episode import Episode, EpisodeResult, play
from trace_trainer.engine.problems.installer.generator import SPLITS, draw_episode, draw_episodes, generate
from trace_trainer.engine.problems.installer.guard import guarded
from trace_trainer.engine.problems.installer.scenario import Scenario, read_scenario, read_scenarios

__all__ = [
    "SPLITS",
    "Episode",
    "EpisodeResult",
    "Scenario",
    "draw_episode",
    "draw_episodes",
    "generate",
    "guarded",
    "play",
    "read_scenario",
    "read_scenarios",
]
