"""Word problems for other programs' data sets: those of a file, or of the generator, as rows."""

from __future__ import annotations

from trace_trainer.engine.problems.files.word_problems import read_problems
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.cards import prompt_card
from trace_trainer.experts.problems import generate

Row = dict[str, str | None]


def problem_rows(data: str = "", split: str = "test_numbers", count: int = 500, seed: int = 0) -> list[Row]:
    """At most `count` problems as rows with id, question, answer, expert and trace, the gold one.

    Args:
        data: a problem file; "" for the generator.
        split, seed: of the generator.

    Raises UserError for a file that can't be read, ValueError for a split that there is not.
    """
    problems = read_problems(data, count) if data else generate(split, count, seed)
    return [
        {
            "id": one.id,
            "question": one.question,
            "answer": one.answer,
            "expert": one.expert,
            "trace": one.trace,
        }
        for one in problems
    ]


def system_text(card: bool) -> str | None:
    """What a model is told before a question: the prompt card of the experts, or nothing."""
    return prompt_card(EXPERTS.values()) if card else None
