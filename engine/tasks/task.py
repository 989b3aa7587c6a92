"""What SFT, RL, evaluation, the doctor and `trainer generate` see of what is to be learned: a task.

A task is three things: where its problems come from (`Problems`), how they are asked and answered (`Asking`), and what
a reply is worth (`Judging`). It knows no model, and of a tokenizer the chat template alone. Each part has defaults that
fit a task of exercises, a question and the text that answers it; such a task is declared with two methods, `draw` and
`judge` (`docs/examples/task.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.constraints import OFF, WIRING, Constraint, Grammar
from trace_trainer.engine.problems.files.exercises import exercise_line, exercise_of, read_exercises
from trace_trainer.engine.problems.files.json_rows import JsonRow
from trace_trainer.engine.rows.columns import Named
from trace_trainer.engine.tasks.judging import Judging, P
from trace_trainer.engine.tasks.verdicts import never_raising
from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError
from trace_trainer.experts.problems.buckets import bucket_of, normalise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Of 20 buckets of questions, those of each split of a task that draws its problems one by one.
_BUCKETS = {"train": range(14), "validation": range(14, 16), "test": range(16, 20)}
_MAX_DRAWS = 1000


class Problems(Generic[P]):
    """Where the problems of a task come from, and how files and logs hold them. Problems have an `id`.

    Attributes:
        name: of the task, as recipes and `--task` have it.
        test_split: what is evaluated where no split is named.
        consecutive: whether generated problems follow each other in a conversation, so that neighbours are alike.
        is_worded: whether the generator tells plain problems from varied ones.
        is_grouped: whether generated problems can be chosen by their group.
    """

    name: ClassVar[str]
    test_split = "test"
    consecutive = False
    is_worded = False
    is_grouped = False

    @property
    def splits(self) -> Sequence[str]:
        """Of the generator, the first one to train on, `validation` among them."""
        return tuple(_BUCKETS)

    def draw(self, rng: Random) -> P:
        """A problem, without an id. A task defines this or `generate`."""
        raise DeclarationError(f"the task {self.name} defines neither draw nor generate")

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[P]:
        """Problems of a split with their gold; only of these groups, where any are named, and of this wording.

        By default each is drawn anew until its question is one of the split by its hash, and new.

        Raises ValueError or UserError.
        """
        self.check_choice(groups, wording)
        if split not in _BUCKETS:
            raise ValueError(f"no split {split!r}; there are {', '.join(_BUCKETS)}")
        seen: set[str] = set()
        for index in range(count):
            rng = Random(f"{self.name}:{split}:{seed}:{index}")
            for _ in range(_MAX_DRAWS):
                drawn: Any = self.draw(rng)
                question = normalise(drawn.question)
                if question not in seen and bucket_of(question, 20) in _BUCKETS[split]:
                    break
            else:
                raise ValueError(f"the task {self.name} has no new question left for {split}; ask for fewer")
            seen.add(question)
            yield replace(drawn, id=f"{split}-{seed}-{index}", source=drawn.source or self.name)

    def check_choice(self, groups: Sequence[str] | None, wording: str) -> None:
        """Raise UserError for groups and for a wording where the generator knows none."""
        if groups and not self.is_grouped:
            able = " and ".join(name for name, other in TASKS.items() if other.is_grouped)
            chosen = f"only problems of {able} can be chosen by expert"
            raise UserError(f"{chosen}, not those of {self.name}: leave it out")
        if wording != "any" and not self.is_worded:
            raise UserError(f"problems of {self.name} have no --wording, those of {worded_tasks()} have")

    def read(self, path: str | Path, limit: int | None = None, named: Named = None) -> list[P]:
        """The problems of a file, at most `limit`; `named` are columns by field. Raises UserError naming the place."""
        found: Any = read_exercises(path, limit, named)
        return list(found)

    def line(self, problem: P) -> str:
        """A problem as a line of a file that `read` takes, with its newline."""
        given: Any = problem
        return exercise_line(given)

    def row(self, problem: P) -> dict[str, Any]:
        """The fields of a problem in a log of completions: `id`, `prompt`, and what `from_row` needs."""
        given: Any = problem
        return {"id": given.id, "prompt": given.question, "gold": given.reply, "kind": given.kind}

    def from_row(self, row: Mapping[str, Any]) -> P:
        """The problem of such a row."""
        fields = {**row, "question": row["prompt"], "reply": row.get("gold")}
        found: Any = exercise_of(JsonRow(0, f"completion {row['id']}", fields, "row", "log"))
        return found


class Asking(Generic[P]):
    """How a problem is asked and answered.

    Attributes:
        gold: what a problem has where its gold reply is known, in a word.
        written: what models write, in a word.
        marks: what a reply is made of that has to be tokens of the vocabulary, beside the template's own.
        stops: texts before which a completion ends, beside the model's own end token.
    """

    gold = "reply"
    written = "replies"
    marks: Sequence[str] = ()
    stops: Sequence[str] = ()

    def question(self, problem: P) -> str:
        """All that is asked, as text: what two splits must not share."""
        given: Any = problem
        return str(given.question)

    def shown(self, problem: P) -> str:
        """The question in short, for a table of examples."""
        return self.question(problem)

    def prompt(self, problem: P) -> Prompt:
        """What a model is shown."""
        return Prompt([{"role": "user", "content": self.question(problem)}])

    def introduced(self, prompt: Prompt) -> Prompt:
        """A conversation of somebody who knows nothing of the task, with what a model was told of it in training."""
        return prompt

    def gold_text(self, problem: P) -> str:
        """The gold turn as a model would write it; empty where the problem has none."""
        return getattr(problem, "reply", None) or ""

    def reply(self, problem: P) -> Message | None:
        """The gold turn; None where the problem has none."""
        text = self.gold_text(problem)
        return {"role": "assistant", "content": text} if text else None

    def with_reply(self, problem: P, text: str) -> P:
        """The same problem with what a model wrote as its gold turn, to be learned from."""
        given: Any = problem
        found: Any = replace(given, reply=text)
        return found

    def canonical(self, text: str) -> str:
        """The one text of all completions that say the same; what can't be read stays as it is."""
        return text.strip()

    def text_of(self, problem: P, message: Message) -> str:
        """An assistant's message, such as a server gives, as the text that `judge` takes."""
        return str(message.get("content") or "")

    def misread(self, problem: P, text: str) -> str | None:
        """What is wrong with the gold turn as rendered to this text; None where it reads back as what it was."""
        return None

    def grammar(self, problem: P) -> str:
        """What a well-formed completion is, for guided decoding; it tells nothing of the gold. Raises UserError."""
        raise UserError("this task has no grammar to decode by: leave --constrain out")

    def constraint(self, problem: P, level: str) -> Constraint:
        """What a completion may be at this level, GRAMMAR or WIRING. Raises UserError as `check_constraint` does."""
        self.check_constraint(level)
        return Grammar(self.grammar(problem))

    def check_constraint(self, level: str) -> None:
        """Raise UserError for a level that the task does not have."""
        if level == WIRING:
            raise UserError("--constrain wiring is for traces; --constrain grammar is for calls too")

    def constraints(self, problems: Sequence[P], level: str) -> list[Constraint] | None:
        """That of each problem, at any level; None where all may be written."""
        return None if level == OFF else [self.constraint(problem, level) for problem in problems]

    def probe(self) -> tuple[Prompt, Message]:
        """A conversation and a reply that bring out every marker of the chat template."""
        return Prompt([{"role": "user", "content": "question"}]), {"role": "assistant", "content": "reply"}

    def fit(self, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        """See to it that the chat template of the model `name` renders this task. Raises UserError where it can't."""
        from trace_trainer.engine.models.rendering import settle_template

        settle_template(tokenizer, name)


class Task(Problems[P], Asking[P], Judging[P]):
    """One task.

    Attributes:
        has_card: whether questions can be asked with the prompt card of the experts.
    """

    has_card = False

    @classmethod
    def made(cls, format: str, card: bool) -> Self:
        """The task, with calls in this wire format and with the prompt card, as far as it has them."""
        return cls()


TASKS: Catalogue[type[Task[Any]]] = Catalogue("task", "trace_trainer.engine.tasks")
"""The tasks by name; those that are shipped are declared in this folder."""

Declared = TypeVar("Declared", bound=type[Task[Any]])


def declare_task(declared: Declared) -> Declared:
    """Declare a class as the task of its `name`. Raises DeclarationError where it is taken, or something is missing."""
    name = getattr(declared, "name", None)
    if not isinstance(name, str) or not issubclass(declared, Task):
        raise DeclarationError(f"{declared.__name__} is no task: it is a Task with a name")
    if declared.judge is Judging.judge:
        raise DeclarationError(f"the task {name} does not define judge")
    if declared.draw is Problems.draw and declared.generate is Problems.generate:
        raise DeclarationError(f"the task {name} defines neither draw nor generate")
    TASKS.declare(name, declared, depth=2)
    if "judge" in vars(declared):
        declared.judge = never_raising(declared.judge)  # type: ignore[method-assign]
    return declared


def worded_tasks() -> str:
    """The tasks whose generators tell plain problems from varied ones, for messages."""
    return " and ".join(name for name, declared in TASKS.items() if declared.is_worded)
