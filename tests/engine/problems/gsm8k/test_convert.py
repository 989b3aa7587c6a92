"""Conversion of worked solutions to traces, on short invented problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.formula import Computed, givens
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.gsm8k.conversion import convert
from trace_trainer.engine.problems.gsm8k.rows import read_solved
from trace_trainer.engine.problems.gsm8k.wiring import Opinion, second_opinion
from trace_trainer.verifiers import verify_trace


def _steps(conversion: Conversion) -> list[str]:
    """The operations of a trace, shortened: `sub pens lost`."""
    lines = [line for line in conversion.trace.splitlines() if "op: " in line and "op: query" not in line]
    return [line.partition("- {op: ")[2].rstrip("}") for line in lines]


def _names(conversion: Conversion) -> set[str]:
    return set(conversion.names.values())


PENS = (
    "A shop has 6 boxes of 7 pens. It sells 12 pens. How many pens are left?",
    "There are 6 * 7 = <<6*7=42>>42 pens.\nThen 42 - 12 = <<42-12=30>>30 pens are left.\n#### 30",
)
DISCOUNT = (
    "A lamp costs $80. It is sold at a 15% discount. How much does it cost now?",
    "The discount is 80 * .15 = $<<80*.15=12>>12.\nIt costs 80 - 12 = $<<80-12=68>>68.\n#### 68",
)


@pytest.mark.parametrize("problem", [PENS, DISCOUNT])
def test_the_trace_verifies_as_it_is_written(problem: tuple[str, str]) -> None:
    conversion = convert(*problem)
    verdict = verify_trace(conversion.trace, conversion.question, conversion.answer, conversion.expert)
    assert (verdict.outcome, verdict.lints) == ("correct", ())


def test_a_plain_problem_is_certain() -> None:
    assert convert(*PENS).certain


def test_inits_come_where_their_number_is_first_used() -> None:
    assert _steps(convert(*PENS)) == [
        "init, var: boxes, value: 6",
        "init, var: boxes_pens, value: 7",
        "compute, compute_op: mul, args: [boxes, boxes_pens], var: step1",
        "init, var: pens, value: 12",
        "compute, compute_op: sub, args: [step1, pens], var: result",
    ]


def test_a_share_taken_off_becomes_percent_off() -> None:
    conversion = convert(*DISCOUNT)
    assert (conversion.expert, _steps(conversion)[-1]) == (
        "percentage",
        "percent_off, base: price, rate: discount, var: result",
    )


def test_a_percentage_that_is_needed_again_stays_a_step() -> None:
    conversion = convert(
        "A meal costs $40. Ben adds a 20% tip. How much more than the tip is the whole bill with the tip and a $3 fee?",
        "Tip: 40 * 20/100 = <<40*20/100=8>>8\nBill: 40 + 8 = <<40+8=48>>48\nWith fee: 48 + 3 = <<48+3=51>>51\n"
        "Difference: 51 - 8 = <<51-8=43>>43\n#### 43",
    )
    assert sum("percent_of" in step for step in _steps(conversion)) == 1


@pytest.mark.parametrize("half", ["60 / 2", "60 * 1/2", "60 * .5", "1/2 * 60"])
def test_a_half_has_one_spelling(half: str) -> None:
    conversion = convert(
        "Ann has 60 beads. Half of them are red and 4 of those are lost. How many red beads are left?",
        f"Red: {half} = <<{half}=30>>30\nLeft: 30 - 4 = <<30-4=26>>26\n#### 26",
    )
    assert "compute, compute_op: div, args: [beads, 2], var: step1" in _steps(conversion)


def test_a_multiplication_by_one_that_the_question_does_not_state_goes() -> None:
    conversion = convert(
        "Lee packs 5 cups in each of 3 trays and adds 4 more cups. How many cups does he pack?",
        "1 * 5 * 3 = <<1*5*3=15>>15\n15 + 4 = <<15+4=19>>19\n#### 19",
    )
    assert "value: 1}" not in conversion.trace


def test_two_equal_numbers_that_can_be_mixed_up_are_not_certain() -> None:
    conversion = convert(
        "Rae sees 4 cats, and 4 birds that sing 6 songs each. How many songs and cats are there?",
        "4 * 6 = <<4*6=24>>24\n24 + 4 = <<24+4=28>>28\n#### 28",
    )
    assert not conversion.certain


def test_equal_numbers_side_by_side_belong_together() -> None:
    conversion = convert(
        "Rae has ten $10 bills. She gives away $10. How much does she have left?",
        "10 * 10 = <<10*10=100>>100\n100 - 10 = <<100-10=90>>90\n#### 90",
    )
    product = conversion.formula.arguments[0]
    assert isinstance(product, Computed) and sorted(given.mention for given in givens(product)) == [0, 1]


def test_an_operand_used_twice_in_a_product_is_not_certain() -> None:
    conversion = convert(
        "Each shelf has 5 books, and there are some shelves in a room of 9 people. How many books are there?",
        "5 * 5 = <<5*5=25>>25\n25 + 9 = <<25+9=34>>34\n#### 34",
    )
    assert not conversion.certain


def test_a_complement_done_in_the_head_is_derived() -> None:
    conversion = convert(
        "A bike costs $200 and is sold for 30% less. How much is it?",
        "It costs 200 * .7 = $<<200*.7=140>>140.\n#### 140",
    )
    assert (conversion.derived, conversion.certain) == (True, False)


def test_an_equation_that_feeds_nothing_is_pruned() -> None:
    conversion = convert(
        "Sam has 8 red and 5 blue cars and 9 trucks. How many more trucks than blue cars has he?",
        "Cars: 8 + 5 = <<8+5=13>>13\n9 - 5 = <<9-5=4>>4 more\n#### 4",
    )
    assert (conversion.pruned, conversion.certain) == (1, False)


def test_a_constant_is_used_where_the_question_calls_for_it() -> None:
    conversion = convert(
        "Pia runs 4 miles a day. How many miles does she run in a week and then a 3 mile race?",
        "4 * 7 = <<4*7=28>>28\n28 + 3 = <<28+3=31>>31\n#### 31",
    )
    assert any("7]" in step for step in _steps(conversion))


def test_a_hundredth_that_the_question_states_is_not_taken_for_a_hundred() -> None:
    conversion = convert(
        "A site gets 100 visits a day for 6 days. It earns $.01 a visit. How much does it earn?",
        "6 * 100 = <<6*100=600>>600\n600 * .01 = $<<600*.01=6>>6\n#### 6",
    )
    assert "value: 0.01}" in conversion.trace


def test_names_say_what_the_question_counts() -> None:
    conversion = convert(
        "A car uses 5 gallons. It goes 30 miles per gallon. A driver pays $4 per gallon. "
        "How many miles does it go for each dollar spent?",
        "5 * 30 = <<5*30=150>>150\n5 * 4 = <<5*4=20>>20\n150 / 20 = <<150/20=7.5>>7.5\n#### 7.5",
    )
    assert _names(conversion) == {"gallons", "miles_per_gallon", "dollars_per_gallon"}


def test_two_numbers_of_one_noun_are_told_apart_by_words_of_the_question() -> None:
    conversion = convert(
        "Kim buys 3 large pizzas and 4 small pizzas. How many pizzas does Kim buy?",
        "3 + 4 = <<3+4=7>>7\n#### 7",
    )
    assert _names(conversion) == {"large_pizzas", "small_pizzas"}


def test_what_is_left_of_one_quantity_is_tracked() -> None:
    conversion = convert(
        "Joe has 30 nuts. He eats 4 and then gives 6 away. How many nuts does he have left?",
        "30 - 4 = <<30-4=26>>26\n26 - 6 = <<26-6=20>>20\n#### 20",
    )
    assert conversion.expert == "entity_track"


def test_how_many_more_is_a_comparison() -> None:
    conversion = convert(
        "Ed has 3 bags of 6 figs. Flo has 11 figs. How many more figs does Ed have than Flo?",
        "3 * 6 = <<3*6=18>>18\n18 - 11 = <<18-11=7>>7\n#### 7",
    )
    assert (conversion.expert, "compare, compute_op: sub" in conversion.trace.splitlines()[-2]) == (
        "comparison",
        True,
    )


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("The answer is obvious.\n#### 42", Refusal.NO_EQUATION),
        ("6 * 7 = <<6*7=42>>42\n#### plenty", Refusal.NO_ANSWER),
        ("6 * 7 = <<6*7=42>>42\n#### 43", Refusal.NOT_COMPUTED),
        ("6 * 71 = <<6*71=426>>426\n#### 426", Refusal.UNEXPLAINED),
        ("x + 12 = 42 so x = 30\n#### 30", Refusal.UNKNOWN),
    ],
)
def test_a_refusal_names_its_reason(solution: str, reason: Refusal) -> None:
    with pytest.raises(RefusedError) as refused:
        convert(PENS[0], solution)
    assert refused.value.reason is reason


@pytest.mark.parametrize("solution", ["", "####", "<<", "<<1+1=2>>", "#### 1\n#### 2", "<<1/0=5>>5\n#### 5"])
def test_a_broken_solution_is_refused_not_an_error(solution: str) -> None:
    with pytest.raises(RefusedError):
        convert(PENS[0], solution)


@pytest.mark.parametrize("problem", [PENS, DISCOUNT])
def test_the_solutions_own_equations_agree_with_the_trace(problem: tuple[str, str]) -> None:
    assert second_opinion(convert(*problem), problem[1]) is Opinion.AGREES


def test_a_trace_wired_otherwise_differs_from_the_solution() -> None:
    conversion = convert(*PENS)
    other = convert(
        "A shop has 6 boxes of 7 pens. It sells 12 pens. How many pens are left?",
        "12 / 6 = <<12/6=2>>2\n2 * 15 = <<7+12-2+13=30>>30\n7 * 6 = <<7*6=42>>42\n42 - 12 = <<42-12=30>>30\n#### 30",
    )
    assert second_opinion(other, PENS[1]) is Opinion.AGREES
    assert second_opinion(conversion, "12 + 18 = <<6*3+12=30>>30\n#### 30") is Opinion.DIFFERS


@pytest.fixture(scope="module")
def real(shared_data: Path) -> list[Conversion | RefusedError]:
    """The first 400 problems of GSM8K's training part."""
    found: list[Conversion | RefusedError] = []
    for problem in read_solved(str(shared_data / "gsm8k" / "train.jsonl"))[0][:400]:
        try:
            found.append(convert(problem.question, problem.solution))
        except RefusedError as error:
            found.append(error)
    return found


def test_real_problems_are_converted(real: list[Conversion | RefusedError]) -> None:
    assert sum(isinstance(found, Conversion) for found in real) >= 0.88 * len(real)


def test_most_real_problems_are_certain(real: list[Conversion | RefusedError]) -> None:
    assert sum(isinstance(found, Conversion) and found.certain for found in real) >= 0.6 * len(real)


def test_real_traces_verify(real: list[Conversion | RefusedError]) -> None:
    for found in real:
        if isinstance(found, Conversion):
            assert verify_trace(found.trace, found.question, found.answer, found.expert).outcome == "correct"
