"""ASDiv's problems, in their own XML, become certain traces, or are refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.conversions import converted, verdict_of
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.variants import vary
from trace_trainer.engine.problems.equations.conversion import convert_formula
from trace_trainer.engine.problems.equations.rows import read_formulas

Convert = Callable[..., Conversion]


@pytest.fixture
def convert_asdiv(tmp_path: Path) -> Convert:
    """Converts one problem in ASDiv's XML."""

    def converted(body: str, question: str, kind: str, answer: str, formula: str) -> Conversion:
        fields = {
            "Body": body,
            "Question": question,
            "Solution-Type": kind,
            "Answer": answer,
            "Formula": formula,
        }
        inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
        text = f'<?xml version="1.0"?>\n<Corpus><ProblemSet><Problem ID="p-1">{inner}</Problem></ProblemSet></Corpus>'
        (tmp_path / "problems.xml").write_text(text)
        ((problem,), _) = read_formulas(str(tmp_path / "problems.xml"))
        if problem.refused:
            raise problem.refused
        return convert_formula(problem)

    return converted


@pytest.mark.parametrize(
    ("body", "question", "kind", "answer", "formula", "computed"),
    [
        (
            "95 men ride in vans of 7.",
            "How many vans do they need?",
            "Ceil-Division",
            "14 (vans)",
            "95/7=13 r4",
            "ceil_div",
        ),
        (
            "95 figs are put in bags of 7.",
            "How many full bags are there?",
            "Floor-Division",
            "13 (bags)",
            "95/7=13 r4",
            "floor_div",
        ),
        (
            "95 figs are put in bags of 7.",
            "How many figs are left over?",
            "Surplus",
            "4 (figs)",
            "95/7=13 r4",
            "mod",
        ),
        (
            "Vera scored 8, 3 and 13 goals.",
            "What is the mean of the goals?",
            "Set-Operation",
            "8",
            "(8+3+13)/3=8",
            "average",
        ),
        (
            "The ratio of men to dogs is 3:5. There are 12 men.",
            "How many dogs are there?",
            "Ratio",
            "20 (dogs)",
            "3:5=12:20",
            "mul",
        ),
        (
            "Vera has 12 men and 8 dogs.",
            "What is the ratio of men to dogs?",
            "Ratio",
            "3:2",
            "12:8=3:2",
            "div",
        ),
        (
            "Vera waits 3 hours.",
            "How many minutes is that?",
            "UnitTrans",
            "180 (minutes)",
            "3 (hour) * 60 (min/hour) = 180 (min)",
            "mul",
        ),
    ],
)
def test_asdivs_types_are_operations_of_the_language(
    convert_asdiv: Convert, body: str, question: str, kind: str, answer: str, formula: str, computed: str
) -> None:
    found = convert_asdiv(body, question, kind, answer, formula)
    assert f"compute_op: {computed}," in found.trace
    assert found.question == f"{body} {question}"


def test_asdivs_equations_are_algebra(convert_asdiv: Convert) -> None:
    found = convert_asdiv(
        "Twice a number less 3 is 11.", "Find the number.", "Algebra-1", "7", "x:The number; 2x-3=11"
    )
    assert (found.expert, found.answer, found.certain) == ("algebra", "7", True)
    assert vary(found, 3, "0") == []


@pytest.mark.parametrize(
    ("answer", "formula", "reason"),
    [
        ("Vera", "9 figs(Vera) > 4 figs(Otto)", Refusal.NO_ANSWER),
        ("3; 4", "x:One; y:Two; x+y=7; y-x=1", Refusal.SEVERAL),
        ("36", "LCM[9,4]=36", Refusal.NO_OPERATION),
        ("5", "5-0=5", Refusal.UNEXPLAINED),
    ],
)
def test_what_asdiv_asks_beyond_the_language_is_refused(
    convert_asdiv: Convert, answer: str, formula: str, reason: Refusal
) -> None:
    with pytest.raises(RefusedError) as refused:
        convert_asdiv("Vera has 9 figs and Otto 4.", "Who has more?", "Comparison", answer, formula)
    assert refused.value.reason is reason


def test_four_of_five_of_asdivs_problems_are_converted(shared_data: Path) -> None:
    problems = read_formulas(str(shared_data / "asdiv" / "ASDiv.xml"))[0][::3]
    found, refused = converted(problems)
    assert len(found) >= 0.8 * len(problems), refused
    for conversion in found[::10]:
        assert verdict_of(conversion).outcome == "correct", conversion.trace
