"""Word problems as a taskset of Prime Intellect's `verifiers`, rewarded by our verifier.

Its programs find a taskset as a module on the path, so a file `trace_tasks.py` of your own has it:

    from trace_trainer.integrations.prime import TraceTaskset

    __all__ = ["TraceTaskset"]

Then `vf-eval trace_tasks --env.taskset.split test_schemas`, and prime-rl likewise. Theirs is the package `verifiers`,
ours is `trace_trainer.verifiers`; they don't touch each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import verifiers.v1 as vf

from trace_trainer.integrations.judge import Judge, judged
from trace_trainer.integrations.problems import problem_rows, system_text

__all__ = ["TraceTaskset"]


class ProblemData(vf.TaskData):  # type: ignore[misc, unused-ignore]
    """A word problem. `trace` is the gold one, as far as it is known."""

    question: str
    answer: str
    expert: str | None = None
    trace: str | None = None


class ProblemTaskConfig(vf.TaskConfig):  # type: ignore[misc, unused-ignore]
    """How a completion is judged: the reward policy, and whether it is compared with the gold trace."""

    policy: str = "gated"
    reference: bool = True


class ProblemTask(vf.Task[ProblemData, vf.State, ProblemTaskConfig]):  # type: ignore[misc, unused-ignore]
    """A word problem to be answered with a trace."""

    @vf.reward  # type: ignore[untyped-decorator, unused-ignore]
    async def verified(self, trace: vf.Trace) -> float:
        """What the last reply is worth. Raises UnjudgedError, which leaves the rollout without a reward."""
        return judged(self._record(trace.last_reply))

    @vf.metric  # type: ignore[untyped-decorator, unused-ignore]
    async def correct(self, trace: vf.Trace) -> float:
        """Whether the last reply is correct."""
        return float(self._record(trace.last_reply)["outcome"] == "correct")

    async def validate(self, runtime: vf.Runtime) -> bool | None:
        """Whether the gold trace is correct; None where there is none."""
        return None if self.data.trace is None else self._record(self.data.trace)["outcome"] == "correct"

    def _record(self, text: str) -> dict[str, object]:
        judge = Judge(policy=self.config.policy, reference=self.config.reference)
        fields = ("question", "answer", "expert", "trace")
        return judge.record(text, {name: getattr(self.data, name) for name in fields})


class TraceTasksetConfig(vf.TasksetConfig):  # type: ignore[misc, unused-ignore]
    """Which problems: of a file, or of the generator; and whether they are asked with the prompt card."""

    data: str = ""
    split: str = "train"
    count: int = 1000
    seed: int = 0
    card: bool = True
    task: ProblemTaskConfig = ProblemTaskConfig()


class TraceTaskset(vf.Taskset[ProblemTask, TraceTasksetConfig]):  # type: ignore[misc, unused-ignore]
    """Word problems, each one turn."""

    def load(self) -> Iterator[ProblemTask]:
        config = self.config
        for row in problem_rows(config.data, config.split, config.count, config.seed):
            told = system_text(config.card)
            data = ProblemData(**row, prompt=row["question"], system_prompt=told)
            yield ProblemTask(data, config.task)
