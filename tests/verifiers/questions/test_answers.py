"""Gold answers: every notation read, everything else refused, and no tolerance beyond the digits shown."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.verifiers.questions.answers import Answer, AnswerError, parse_answer


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        (72, 72),
        (-5, -5),
        (18.0, 18),
        (2.5, Fraction(5, 2)),
        (0.1, Fraction(1, 10)),
        (1e-7, Fraction(1, 10**7)),
        (1e20, 10**20),
        (Fraction(3, 4), Fraction(3, 4)),
        (Decimal("18.50"), Fraction(37, 2)),
        ("72", 72),
        (" 72\n", 72),
        ("72.0", 72),
        ("72.", 72),
        (".5", Fraction(1, 2)),
        ("1,080", 1080),
        ("1,080.25", Fraction(4321, 4)),
        ("$18.50", Fraction(37, 2)),
        ("$ 3", 3),
        ("5€", 5),
        ("-5", -5),
        ("−5", -5),
        ("+5", 5),
        ("-$5", -5),
        ("$-5", -5),
        ("3/4", Fraction(3, 4)),
        ("-3/4", Fraction(-3, 4)),
        ("9/4", Fraction(9, 4)),
        ("2 1/2", Fraction(5, 2)),
        ("-2 1/2", Fraction(-5, 2)),
        ("2½", Fraction(5, 2)),
        ("twelve", 12),
        ("one hundred and five", 105),
        ("two thirds", Fraction(2, 3)),
        ("75%", 75),
        ("75 percent", 75),
        ("12 1/2%", Fraction(25, 2)),
        ("0.00", 0),
    ],
)
def test_every_notation_of_a_number_is_read(
    gold: int | float | Fraction | Decimal | str, value: Fraction
) -> None:
    assert parse_answer(gold).value == value
    assert parse_answer(gold).matches(Fraction(value))


@pytest.mark.parametrize(
    "gold",
    [
        *("", " ", "x", "n/a", "none", "unknown", "nan", "inf", "-inf", "true", "half", "-", "$", "%", "."),
        *(
            "72 apples",
            "50 cents",
            "18 dollars",
            "5 km",
            "#### 72",
            "72 or 73",
            "3-4",
            "3:30",
            "x = 5",
            "(5)",
        ),
        *(
            "1,08",
            "18,50",
            "1 080",
            "1e3",
            "0x10",
            "1_000",
            "--5",
            "3/0",
            "2 5/2",
            "1/2/3",
            "1.2.3",
            "9" * 200,
        ),
        *(
            math.nan,
            math.inf,
            -math.inf,
            Decimal("NaN"),
            Decimal("Infinity"),
            Decimal("1e999999"),
            Decimal("1e-999999"),
        ),
        *(True, False, None, [], {}, b"72", 1j),
    ],
)
def test_what_is_no_number_is_an_error_of_the_data(gold: object) -> None:
    with pytest.raises(AnswerError, match="is not a"):
        parse_answer(gold)  # type: ignore[arg-type]


@given(st.text())
def test_any_text_is_a_number_or_an_error_of_the_data(text: str) -> None:
    with suppress(AnswerError):
        assert isinstance(parse_answer(text), Answer)


@pytest.mark.parametrize("gold", [18, 18.0, "18", "18.0", "18.00", "$18.00", "18."])
@pytest.mark.parametrize("value", ["17.995", "18.004", "17.9999999999", "18.4", "18.5"])
def test_a_whole_gold_is_met_by_itself_alone(gold: int | float | str, value: str) -> None:
    assert not parse_answer(gold).matches(Fraction(value))


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        ("33.33", Fraction(100, 3)),
        ("0.67", Fraction(2, 3)),
        ("$66.67", Fraction(200, 3)),
        ("-33.33", Fraction(-100, 3)),
        (33.33, Fraction(100, 3)),
        (Decimal("33.33"), Fraction(100, 3)),
        ("3.14", Fraction("3.14159")),
    ],
)
def test_a_decimal_gold_is_met_by_what_rounds_to_it(gold: float | Decimal | str, value: Fraction) -> None:
    assert parse_answer(gold).matches(value)


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        ("33.33", Fraction("33.3351")),
        ("33.33", Fraction("33.3249")),
        ("33.333", Fraction("33.33")),
        ("18.50", Fraction("18.506")),
        ("33.33", Fraction(-100, 3)),
    ],
)
def test_a_decimal_gold_is_not_met_by_what_rounds_elsewhere(gold: str, value: Fraction) -> None:
    assert not parse_answer(gold).matches(value)


@pytest.mark.parametrize(
    ("value", "up", "even", "down"),
    [("0.125", "0.13", "0.12", "0.11"), ("-0.125", "-0.13", "-0.12", "-0.11")],
)
def test_a_tie_rounds_away_from_zero_or_to_even(value: str, up: str, even: str, down: str) -> None:
    met = [parse_answer(gold).matches(Fraction(value)) for gold in (up, even, down)]
    assert met == [True, True, False]


def test_a_tie_never_rounds_to_the_lower_odd_digit() -> None:
    assert not parse_answer("0.13").matches(Fraction("0.135"))
    assert parse_answer("0.14").matches(Fraction("0.135"))


@given(st.fractions(-1000, 1000), st.integers(1, 6))
def test_a_rounded_gold_is_met_by_its_exact_value(value: Fraction, places: int) -> None:
    text = f"{Decimal(round(value * 10**places)).scaleb(-places):f}"
    if Fraction(text).denominator > 1:
        assert parse_answer(text).matches(value)


@given(st.fractions(-1000, 1000), st.decimals(-1000, 1000, places=2))
def test_a_gold_is_met_only_within_half_of_its_last_digit(value: Fraction, gold: Decimal) -> None:
    if parse_answer(str(gold)).matches(value):
        assert abs(value - Fraction(gold)) <= Fraction(1, 200)


@pytest.mark.parametrize("value", [Fraction(75), Fraction(3, 4)])
def test_a_percentage_is_met_by_its_number_and_its_share(value: Fraction) -> None:
    assert parse_answer("75%").matches(value)


@pytest.mark.parametrize(
    ("value", "met"), [("33.3", True), (Fraction(100, 3), True), (Fraction(1, 3), True), ("0.334", False)]
)
def test_a_rounded_percentage_rounds_its_share_two_places_further(value: str | Fraction, met: bool) -> None:
    assert parse_answer("33.3%").matches(Fraction(value)) is met


@pytest.mark.parametrize("value", ["0.751", "75.1", "7500", "0.0075"])
def test_a_percentage_is_met_by_nothing_else(value: str) -> None:
    assert not parse_answer("75%").matches(Fraction(value))


def test_a_plain_number_is_not_met_by_its_share() -> None:
    assert not parse_answer("75").matches(Fraction(3, 4))


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        (0.1 + 0.2, Fraction(3, 10)),
        (100 / 3, Fraction(100, 3)),
        (6 * 2.9999999999999996, Fraction(18)),
        (34.599999999999994, Fraction("34.6")),
        ("0.30000000000000004", Fraction(3, 10)),
    ],
)
def test_the_noise_of_floating_point_is_no_part_of_a_gold(gold: float | str, value: Fraction) -> None:
    assert parse_answer(gold).matches(value)


def test_a_noisy_gold_keeps_the_precision_it_shows() -> None:
    assert not parse_answer(0.1 + 0.2).matches(Fraction("0.3000001"))


@given(st.floats(-(10**9), 10**9))
def test_a_float_is_met_by_the_decimal_it_shows(gold: float) -> None:
    shown = Fraction(repr(gold))
    assert parse_answer(gold).matches(shown) or abs(parse_answer(gold).value - shown) < Fraction(1, 10**5)


@given(st.integers())
def test_an_integer_reads_the_same_as_a_number_and_as_text(number: int) -> None:
    if abs(number) < 10**50:
        assert parse_answer(number) == parse_answer(str(number)) == parse_answer(f"{number:,}")


@pytest.mark.parametrize("kind", ["int64", "uint8", "float16", "float32", "float64"])
def test_a_number_of_numpy_is_the_number_that_it_shows(kind: str) -> None:
    numpy = pytest.importorskip("numpy")
    number = getattr(numpy, kind)
    assert parse_answer(number(15)) == parse_answer(15)
    assert parse_answer(numpy.array(15, kind)) == parse_answer(15)
    if kind.startswith("float"):
        assert parse_answer(number(0.1)).matches(Fraction(1, 10))


def test_what_is_no_number_of_numpy_is_an_error_of_the_data() -> None:
    numpy = pytest.importorskip("numpy")
    for gold in (numpy.bool_(True), numpy.array([15]), numpy.float32("nan"), numpy.datetime64("2020")):
        with pytest.raises(AnswerError):
            parse_answer(gold)


def test_equal_keys_of_other_types_are_not_confused() -> None:
    assert parse_answer(1) == parse_answer(1.0) == parse_answer("1")
    with pytest.raises(AnswerError):
        parse_answer(True)


def test_thirty_thousand_answers_are_read_in_a_second() -> None:
    golds: list[int | float | str] = [72, "72", "1,080", 18.5, "$18.50", "3/4"] * 5000
    start = time.process_time()
    for gold in golds:
        parse_answer(gold)
    assert time.process_time() - start < 1


def test_every_gold_answer_of_public_data_is_a_number(shared_data: Path) -> None:
    with (shared_data / "gsm8k" / "train.jsonl").open(encoding="utf-8") as lines:
        golds = [json.loads(line)["answer"].rpartition("####")[2] for line in lines]
    golds += [
        row["Answer"]
        for row in json.loads((shared_data / "svamp" / "SVAMP.json").read_text(encoding="utf-8"))
    ]
    with (shared_data / "peer_traces" / "traces.jsonl").open(encoding="utf-8") as lines:
        golds += [json.loads(line)["answer"] for line in lines]
    assert len(golds) > 8000
    for gold in golds:
        assert parse_answer(gold).matches(parse_answer(gold).value)
