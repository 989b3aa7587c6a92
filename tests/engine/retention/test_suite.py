"""The shipped items: enough of them, each with one right answer."""

from __future__ import annotations

import operator
import re

from trace_trainer.engine.retention.suite import embedded_suite

SUITE = embedded_suite()
ITEMS = [item for items in SUITE.tasks.values() for item in items]


def test_there_are_some_hundred_items() -> None:
    assert len(SUITE.passages) >= 20
    assert {name: len(items) for name, items in SUITE.tasks.items()} == {
        "copying": 40,
        "arithmetic": 40,
        "cloze": 64,
    }


def test_no_text_stands_there_twice() -> None:
    assert len(set(SUITE.passages)) == len(SUITE.passages)
    assert len({item.context for item in ITEMS}) == len(ITEMS)


def test_choices_differ_and_are_bare_text() -> None:
    for item in ITEMS:
        assert len(item.choices) == len(set(item.choices)) == 4, item
        assert all(choice == choice.strip() != "" for choice in item.choices), item
        assert not item.context.endswith(" "), item


def test_the_right_copy_and_no_other_is_what_was_listed() -> None:
    for item in SUITE.tasks["copying"]:
        listed = re.findall(r"List: (.*)\nCopy:$", item.context)
        assert [choice for choice in item.choices if choice in listed] == [item.choices[0]]


def test_the_right_result_and_no_other_is_that_of_the_calculation() -> None:
    signs = {"+": operator.add, "-": operator.sub, "*": operator.mul}
    for item in SUITE.tasks["arithmetic"]:
        a, sign, b, _ = item.context.splitlines()[-1].split()
        results = [int(choice) == signs[sign](int(a), int(b)) for choice in item.choices]
        assert results == [True, False, False, False], item
