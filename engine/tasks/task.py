"""The protocol that SFT, RL, evaluation, the doctor and `trainer generate` see of what is to be learned.

A task knows its problems: where they come from, how they are asked, what the right reply is, and what a reply is worth.
It knows no model and no tokenizer, but for the chat template that it needs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.verifiers.calls.verdict import CallVerdict
from trace_trainer.verifiers.traces.verdict import Verdict

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

P = TypeVar("P")

AnyVerdict = Verdict | CallVerdict


class Group(NamedTuple):
    """What problems are counted by: `expert` in a table, `experts` as a key of figures."""

    noun: str
    plural: str


EXPERTS, CATEGORIES = Group("expert", "experts"), Group("category", "categories")
WORDED_TASKS = ("traces", "installer")
"""Those whose generators tell plain problems from varied ones."""


class Task(Protocol[P]):
    """One task. Its problems have an `id`."""

    @property
    def name(self) -> str:
        """As recipes and `--task` have it."""

    @property
    def gold(self) -> str:
        """What a problem has where its gold reply is known, in a word."""

    @property
    def written(self) -> str:
        """What models write, in a word."""

    @property
    def splits(self) -> Sequence[str]:
        """Of the generator, the first one to train on."""

    @property
    def test_split(self) -> str:
        """What is evaluated where no split is named."""

    @property
    def consecutive(self) -> bool:
        """Whether generated problems follow each other in a conversation, so that neighbours are alike."""

    @property
    def group(self) -> Group:
        """What problems are counted by."""

    @property
    def metrics(self) -> Sequence[str]:
        """The shares that a verdict may have beside its outcome, in the order of tables."""

    @property
    def compared(self) -> Sequence[str]:
        """Those of them that models are compared by, as by accuracy."""

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[P]:
        """Problems of a split with their gold; only of these groups, where any are named, and of this wording.

        Raises ValueError.
        """

    def read(self, path: str | Path, limit: int | None = None) -> list[P]:
        """The problems of a file, at most `limit`. Raises UserError naming file, line and field."""

    def line(self, problem: P) -> str:
        """A problem as a line of a file that `read` takes, with its newline."""

    def prompt(self, problem: P) -> Prompt:
        """What a model is shown."""

    def reply(self, problem: P) -> Message | None:
        """The gold turn; None where the problem has none."""

    def grammar(self, problem: P) -> str:
        """What a well-formed completion is, for guided decoding; it tells nothing of the gold. Raises UserError."""

    def gold_text(self, problem: P) -> str:
        """The gold turn as a model would write it; empty where the problem has none."""

    def misread(self, problem: P, text: str) -> str | None:
        """What is wrong with the gold turn as rendered to this text; None where it reads back as what it was."""

    def probe(self) -> tuple[Prompt, Message]:
        """A conversation and a reply that bring out every marker of the chat template."""

    def fit(self, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        """See to it that the chat template of the model `name` renders this task. Raises UserError where it can't."""

    def judge(self, problem: P, text: str) -> AnyVerdict:
        """The verdict on a completion."""

    def reward(self, verdict: Any, policy: str) -> float | None:
        """What a verdict of `judge` is worth; None where it earns no reward either way."""

    def group_of(self, problem: P, verdict: Any) -> str:
        """The group that a judged completion is counted in."""

    def steps(self, problem: P) -> int | None:
        """How many calculations a right solution takes; None where that says nothing, or is not known."""

    def shares(self, verdict: Any) -> Mapping[str, bool | float]:
        """The `metrics` that apply to a verdict, each from 0 to 1."""

    def computed(self, verdict: Any) -> str | None:
        """What a completion comes to, in short; None where there is nothing to say beyond its text."""

    def answer(self, verdict: Any) -> Hashable | None:
        """What a completion answers, for majorities; None where it does not stand on its own."""

    def question(self, problem: P) -> str:
        """All that is asked, as text: what two splits must not share."""

    def shown(self, problem: P) -> str:
        """The question in short, for a table of examples."""

    def row(self, problem: P) -> dict[str, Any]:
        """The fields of a problem in a log of completions."""

    def from_row(self, row: Mapping[str, Any]) -> P:
        """The problem of such a row."""

    def constants(self, problems: Sequence[P]) -> Mapping[str, str]:
        """Replies that need no model, by name: what they score is printed beside every model."""
