"""The cards: written from the declarations, complete, and true to the language."""

from __future__ import annotations

import re

import pytest

from trace_trainer.experts import EXPERTS, Expert
from trace_trainer.experts.language.cards import composition_card, prompt_card, reference_card
from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.verifiers import verify_trace


@pytest.mark.parametrize("name", EXPERTS)
def test_a_reference_card_holds_every_operation_field_and_description(name: str) -> None:
    expert = EXPERTS[name]
    card = reference_card(expert)
    for operation in (*expert.own_operations.values(), *CORE_OPERATIONS.values()):
        fields = ", ".join(
            f"`{f.name}`{'' if f.required else '?'} ({f.kind.value})" for f in operation.fields
        )
        assert f"| {operation.name} | {fields} | {operation.description} |" in card


@pytest.mark.parametrize("name", EXPERTS)
def test_a_reference_card_lists_exactly_the_computations_that_are_allowed(name: str) -> None:
    expert = EXPERTS[name]
    table = reference_card(expert).split("| name | arguments | value |")[1]
    listed = re.findall(r"^\| (\w+) \|", table, flags=re.MULTILINE)
    assert listed == [op for op in COMPUTE_OPS if expert.compute_ops is None or op in expert.compute_ops]


def test_a_reference_card_opens_with_the_purpose_and_the_modules_own_words() -> None:
    card = reference_card(EXPERTS["entity_track"])
    assert card.startswith("# entity_track\n\nFor things moving between owners.\n\nThings that move")


def test_the_composition_card_says_how_an_earlier_answer_is_read() -> None:
    card = composition_card()
    assert "prev.result" in card
    assert "sub0.result" in card


def test_the_prompt_card_holds_every_expert_and_operation() -> None:
    card = prompt_card(EXPERTS.values())
    for expert in EXPERTS.values():
        assert f"- {expert.name}: {expert.purpose}" in card
        for operation in expert.own_operations.values():
            assert operation.example in card
    for operation in CORE_OPERATIONS.values():
        assert operation.description in card
    assert f"compute_op is one of {', '.join(COMPUTE_OPS)}." in card


def test_the_prompt_card_says_which_computations_an_expert_is_restricted_to() -> None:
    line = next(
        line for line in prompt_card(EXPERTS.values()).splitlines() if line.startswith("- rate_equation")
    )
    assert "compute with div, mul only" in line


def test_the_prompt_card_can_be_limited_to_some_experts() -> None:
    card = prompt_card([EXPERTS["percentage"]])
    assert "- percentage: " in card
    assert "- comparison: " not in card


def test_the_prompt_cards_example_verifies_against_its_question() -> None:
    head, example = prompt_card(EXPERTS.values()).split("Example: ")[1].split("\n", 1)
    verdict = verify_trace(example, question=head, answer="26", expert="arithmetic")
    assert verdict.outcome == "correct"
    assert not verdict.lints


def test_a_new_expert_is_on_the_prompt_card_by_its_declaration_alone() -> None:
    added = Expert("geometry", "areas", compute_ops=("mul",))
    assert "- geometry: areas; compute with mul only" in prompt_card([added])
