"""What the users and the assistant of installer dialogues say: phrasing files, spelling, words for disks and values."""

from __future__ import annotations

import re
from random import Random

import pytest

from trace_trainer.engine.problems.installer import values
from trace_trainer.engine.problems.installer.language import (
    CODES,
    Language,
    PhrasingError,
    load_language,
    read_language,
)
from trace_trainer.engine.problems.installer.scenario import KINDS, draw_scenario
from trace_trainer.engine.problems.installer.speaker import Speaker
from trace_trainer.engine.problems.installer.spelling import Style, mistype, spell
from trace_trainer.engine.problems.installer.status import STATUS_COMMANDS
from trace_trainer.engine.problems.installer.steps import STEPS
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine import Machine
from trace_trainer.verifiers.machine.model.config_files import is_host_name
from trace_trainer.verifiers.machine.model.zones import ZONES

LANGUAGES = [load_language(code) for code in CODES]
NEAT = Style(neat=True, shouting=False, typos=0.0)
CASUAL = Style(neat=False, shouting=False, typos=0.0)
CLUMSY = Style(neat=False, shouting=False, typos=1.0)


def _texts(language: Language, held_out: bool) -> set[str]:
    table = language.held_out if held_out else language.requests
    return {re.sub(r"\W+", " ", phrasing.text.lower()) for group in table.values() for phrasing in group}


@pytest.mark.parametrize("language", LANGUAGES, ids=CODES)
def test_every_language_has_every_answer(language: Language) -> None:
    english = LANGUAGES[0]
    assert language.replies.keys() == english.replies.keys()
    assert language.steps.keys() == english.steps.keys()
    assert language.disks.keys() == english.disks.keys()


@pytest.mark.parametrize("language", LANGUAGES, ids=CODES)
def test_a_held_out_phrasing_is_none_of_the_others(language: Language) -> None:
    assert _texts(language, held_out=True)
    assert not _texts(language, held_out=True) & _texts(language, held_out=False)


@pytest.mark.parametrize("language", LANGUAGES, ids=CODES)
def test_every_intent_means_something_to_the_assistant(language: Language) -> None:
    known = set(STEPS) | {f"{step}_open" for step in STEPS} | {f"status_{name}" for name in STATUS_COMMANDS}
    known |= {question.name for question in language.questions}
    known |= set(
        """greet start partition_sized format_as bootloader_named next agree decline disk_choice erase_yes value failed
        insist typed invalid_hostname invalid_user timezone_vague danger""".split()
    )
    assert set(language.requests) <= known
    assert set(language.held_out) <= set(language.requests)


@pytest.mark.parametrize("language", LANGUAGES, ids=CODES)
def test_an_offer_names_a_status_or_the_next_step(language: Language) -> None:
    assert {question.offer for question in language.questions} <= {None, "next", *STATUS_COMMANDS}


@pytest.mark.parametrize("language", LANGUAGES, ids=CODES)
def test_questions_end_in_a_question_mark(language: Language) -> None:
    asking = [text for name, text in language.replies.items() if name.startswith(("ask", "confirm"))]
    assert asking
    assert all(text.endswith("?") for text in [*asking, language.offer, language.offer_status])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a: [", "not YAML"),
        ("- a", "expected a mapping"),
        ("requests: {}", "held_out is missing"),
    ],
)
def test_a_malformed_phrasing_file_is_one_line_that_names_it(source: str, said: str) -> None:
    with pytest.raises(PhrasingError) as error:
        read_language("xx", source, "xx.yaml")
    assert str(error.value).startswith("xx.yaml") and said in str(error.value)
    assert "\n" not in str(error.value)


BODY = "replies: {}\nsteps: {}\ndisks: {}\noffer: o\noffer_status: s\nor: r\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("requests: {yes: go}\nheld_out: {}\nquestions: []", "True is no name"),
        ("requests: {mount: 5}\nheld_out: {}\nquestions: []", "requests.mount must be text, not 5"),
        ("requests: {mount: go}\nheld_out: {mount: 'go {x}'}\nquestions: []", "held_out.mount"),
        ("requests: {}\nheld_out: {mount: go}\nquestions: []", "held_out.mount"),
        ("requests: {}\nheld_out: {}\nquestions: [{ask: a}]", "questions[0]"),
        ("requests: {}\nheld_out: {}\nquestions: []\nmore: 1", "unknown key more"),
    ],
)
def test_a_wrong_entry_of_a_phrasing_file_is_named(source: str, said: str) -> None:
    with pytest.raises(PhrasingError) as error:
        read_language("xx", f"{BODY}{source}", "xx.yaml")
    assert said in str(error.value)


@pytest.mark.parametrize("style", [NEAT, CASUAL, CLUMSY])
def test_spelling_leaves_slots_alone(style: Style) -> None:
    for seed in range(50):
        text = spell("set the timezone to {zone}, please, not to {other}", style, Random(seed))
        assert re.findall(r"\{\w+\}", text) == ["{zone}", "{other}"]


def test_neat_writing_has_a_capital_and_a_mark() -> None:
    assert spell("mount it", NEAT, Random(0)) == "Mount it."
    assert spell("¿qué falta?", NEAT, Random(0)) == "¿Qué falta?"


def test_casual_writing_has_neither() -> None:
    assert spell("Wie lange dauert das?", CASUAL, Random(0)) == "wie lange dauert das"
    assert spell("¿qué falta?", CASUAL, Random(0)) == "qué falta"


def test_a_slip_changes_one_word_by_one_stroke() -> None:
    for seed in range(200):
        word = mistype("partition", Random(seed))
        assert word[0] == "p" and abs(len(word) - 9) <= 1
        assert len(set(enumerate(word)) - set(enumerate("partition"))) > 0 or len(word) < 9


def test_drawn_names_are_valid() -> None:
    rng = Random(0)
    for _ in range(300):
        assert is_host_name(values.draw_hostname(rng, "train"))
        assert re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", values.draw_user(rng, "train"))
        assert re.fullmatch(r"[a-z0-9.-]+", values.draw_password(rng, "train"))
    assert not [name for name in values.BAD_HOSTNAMES if is_host_name(name)]
    assert set(values.ZONES) <= ZONES


def test_families_of_splits_share_no_value() -> None:
    rng = Random(0)
    drawn = {
        family: {values.draw_user(rng, family) for _ in range(300)}
        for family in ("train", "validation", "test")
    }
    assert not drawn["train"] & drawn["test"]
    assert not drawn["train"] & drawn["validation"]
    assert not drawn["validation"] & drawn["test"]


def test_words_for_a_disk_mean_no_other_disk() -> None:
    spec = {
        "boot": "UEFI",
        "disks": {"sda": "500G", "sdb": "500G"},
        "models": {"sda": "WD Blue", "sdb": "WD Blue"},
    }
    view = View.of(Machine.from_spec(spec), None)
    speaker = Speaker(LANGUAGES[0], NEAT, Random(0))
    said = {speaker.disk(view, "sdb") for _ in range(100)}
    assert said == {"sdb", "/dev/sdb", "the second disk"}


def test_the_medium_is_no_candidate() -> None:
    view = View.of(
        Machine.from_spec({"boot": "UEFI", "disks": {"sda": "500G", "sdb": "16G"}, "medium": "sdb"}), None
    )
    assert view.candidates == ["sda"]


def test_drawn_machines_can_be_built() -> None:
    names = set()
    for seed in range(200):
        scenario = draw_scenario(Random(seed), "train")
        machine = Machine.from_spec(scenario.spec)
        assert scenario.wishes["disk"] in machine.state.disks
        names.add(tuple(View.of(machine, None).candidates))
    assert names == {tuple(sorted(kind)) for kind in KINDS}
