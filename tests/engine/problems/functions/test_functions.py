"""Function-calling problems: what each row holds, that every gold verifies, and that the splits are apart."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.functions import CATEGORIES, SPLITS, SYSTEM, generate
from trace_trainer.engine.problems.functions.generator import load_tools
from trace_trainer.engine.problems.functions.prompt import MAX_CHARACTERS, size
from trace_trainer.engine.problems.functions.stems import is_held_out
from trace_trainer.engine.problems.functions.words import POOLS, held_out
from trace_trainer.engine.tasks.functions import FunctionsTask
from trace_trainer.experts.problems.spelling import spell
from trace_trainer.verifiers.calls import FORMATS, Call, Reply, verify_call

COUNT = 80
ONE_CALL_FORMATS = ("harmony", "llama3", "structured")


@pytest.fixture(scope="module")
def problems() -> dict[str, list[CallProblem]]:
    return {split: list(generate(split, COUNT, seed=11)) for split in SPLITS}


def calls_of(problem: CallProblem) -> list[Call]:
    assert problem.reply is not None
    made = problem.reply.get("tool_calls", [])
    return [Call(call["function"]["name"], call["function"]["arguments"]) for call in made]


def gold_text(problem: CallProblem, wire_format: str) -> str:
    return FunctionsTask(wire_format).gold_text(problem)


def said(problem: CallProblem) -> str:
    return "\n".join(message["content"] for message in problem.messages if message["role"] == "user")


def functions(problem: CallProblem) -> list[dict[str, Any]]:
    return [tool["function"] for tool in problem.tools]


def signatures(problem: CallProblem) -> set[str]:
    return {f"{f['name']}({sorted(f['parameters']['properties'])})" for f in functions(problem)}


def schemas_in(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema of a value and those within it."""
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from schemas_in(inner)
    if "items" in schema:
        yield from schemas_in(schema["items"])


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("wire_format", sorted(FORMATS))
def test_every_gold_is_correct_in_every_format(
    split: str, wire_format: str, problems: dict[str, list[CallProblem]]
) -> None:
    for problem in problems[split]:
        if wire_format in ONE_CALL_FORMATS and len(calls_of(problem)) > 1:
            continue
        verdict = verify_call(gold_text(problem, wire_format), wire_format, problem.expected, problem.tools)
        assert verdict.outcome == "correct", (problem, verdict)
        for metric in ("type_match", "name_match", "arguments_match", "f1", "ast_match"):
            assert verdict.metrics.get(metric, True) == 1, (metric, problem)


def test_a_changed_argument_is_no_longer_correct(problems: dict[str, list[CallProblem]]) -> None:
    for problem in problems["test"]:
        made = calls_of(problem)
        if not made:
            continue
        name = next(iter(made[0].arguments))
        changed = Call(made[0].name, {**made[0].arguments, name: "qqqq"})
        text = FORMATS["hermes"].render(Reply((changed, *made[1:]), ""))
        assert verify_call(text, "hermes", problem.expected, problem.tools).outcome != "correct", problem


def test_text_is_wrong_where_a_call_is_expected(problems: dict[str, list[CallProblem]]) -> None:
    for problem in problems["test"]:
        if calls_of(problem):
            verdict = verify_call("I cannot do that.", "hermes", problem.expected, problem.tools)
            assert verdict.outcome == "wrong_call" and not verdict.metrics["type_match"], problem


def test_an_optional_parameter_may_be_given_with_its_default() -> None:
    seen = 0
    for problem in generate("train", 300, seed=2, categories=["simple"]):
        call, function = calls_of(problem)[0], functions(problem)[0]
        properties = function["parameters"]["properties"]
        defaults = {
            n: s["default"] for n, s in properties.items() if "default" in s and n not in call.arguments
        }
        if defaults:
            text = FORMATS["hermes"].render(Reply((Call(call.name, {**call.arguments, **defaults}),), ""))
            assert verify_call(text, "hermes", problem.expected, problem.tools).metrics["ast_match"], problem
            seen += 1
    assert seen > 5


def test_splits_share_no_request(problems: dict[str, list[CallProblem]]) -> None:
    rows = {split: {" ".join(said(p).lower().split()) for p in problems[split]} for split in SPLITS}
    for split in SPLITS[1:]:
        assert not rows["train"] & rows[split]
    assert not rows["validation"] & (rows["test"] | rows["test_schemas"])


def test_no_schema_of_training_is_offered_in_another_split(problems: dict[str, list[CallProblem]]) -> None:
    seen = {split: set().union(*map(signatures, problems[split])) for split in SPLITS}
    for split in SPLITS[1:]:
        assert not seen["train"] & seen[split]


def test_held_out_families_are_called_in_test_schemas_only(problems: dict[str, list[CallProblem]]) -> None:
    names = {name for tool in load_tools().values() if tool.held_out for name in tool.names}
    for split in SPLITS[:-1]:
        offered = {f["name"].split(".")[-1] for problem in problems[split] for f in functions(problem)}
        assert not offered & names
    for problem in problems["test_schemas"]:
        for key in str(problem.source).split("+"):
            assert key == "chat" or key.startswith("invented/") or load_tools()[key].held_out


def test_held_out_words_never_occur_in_training(problems: dict[str, list[CallProblem]]) -> None:
    # "letter" and the like are in several pools; a word counts where no pool shows it in training.
    shown = {word for pool, words in POOLS.items() for word in words if word not in held_out(pool)}
    hidden = {word for pool in POOLS for word in held_out(pool)} - shown
    single = {word.lower() for word in hidden if " " not in word and word[0].isupper()}
    for split in ("train", "validation"):
        for problem in problems[split]:
            values = json.dumps([call.arguments for call in calls_of(problem)]).lower()
            assert not single & set(re.findall(r"[a-z]+", values)), problem


def test_values_of_tests_are_words_that_training_never_shows() -> None:
    cities = set(held_out("city"))
    for problem in generate("test", 200, seed=1, categories=["simple"]):
        if problem.source in ("clock/world_time", "weather/air_quality"):
            values = [v for v in calls_of(problem)[0].arguments.values() if isinstance(v, str)]
            assert cities & set(values), problem


def test_invented_names_are_divided_between_training_and_test(problems: dict[str, list[CallProblem]]) -> None:
    for split in SPLITS:
        for problem in problems[split]:
            for key in str(problem.source).split("+"):
                if key.startswith("invented/"):
                    stems = key.removeprefix("invented/").split("_")
                    assert {is_held_out(stem) for stem in stems} == {split.startswith("test")}


def test_every_category_occurs_with_its_number_of_tools_and_calls(
    problems: dict[str, list[CallProblem]],
) -> None:
    seen: Counter[str] = Counter()
    for problem in problems["train"]:
        seen[problem.category] += 1
        made = calls_of(problem)
        names = {call.name for call in made}
        right = {
            "simple": len(problem.tools) == len(made) == 1,
            "multiple": len(problem.tools) > 1 and len(made) == 1,
            "parallel": len(made) > 1 and len(names) == 1,
            "parallel_multiple": len(made) == len(names) == 2,
            "irrelevant": not made,
            "ask": not made,
            "follow_up": len(made) == 1 and len(problem.messages) == 4,
        }
        assert right[problem.category], problem
    assert set(seen) == set(CATEGORIES)


def test_the_called_tools_are_offered_and_required_parameters_given(
    problems: dict[str, list[CallProblem]],
) -> None:
    for problem in problems["train"]:
        offered = {function["name"]: function["parameters"] for function in functions(problem)}
        for call in calls_of(problem):
            assert set(offered[call.name]["required"]) <= set(call.arguments)
            assert set(call.arguments) <= set(offered[call.name]["properties"])


def test_parallel_calls_are_never_twice_the_same() -> None:
    for problem in generate("train", 150, seed=6, categories=["parallel"]):
        arguments = [json.dumps(call.arguments) for call in calls_of(problem)]
        assert len(set(arguments)) == len(arguments)


def test_no_offered_tool_serves_an_irrelevant_request() -> None:
    families = load_tools()
    for problem in generate("train", 150, seed=6, categories=["irrelevant"]):
        if problem.source in families:
            offered = {function["name"].split(".")[-1] for function in functions(problem)}
            assert not offered & set(families[str(problem.source)].names)


def test_a_missing_value_is_asked_for_and_not_in_the_request() -> None:
    for problem in generate("train", 150, seed=6, categories=["follow_up"]):
        first, question, answer = (message["content"] for message in problem.messages[1:])
        assert question.endswith("?")
        value = answer.removeprefix("It's ").removeprefix("Use ").removesuffix(", please.").removesuffix(".")
        assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", first), problem


def test_values_can_be_copied_from_the_request_or_looked_up_in_the_schema() -> None:
    def stated(value: Any, text: str, enums: set[str]) -> bool:
        if isinstance(value, dict):
            return all(stated(inner, text, enums) for inner in value.values())
        if isinstance(value, list):
            return all(stated(inner, text, enums) for inner in value)
        if isinstance(value, bool) or value in enums:
            return True
        if isinstance(value, str):
            return value.lower() in text.lower()
        forms = {str(value), f"{value:,}"} | (
            {spell(value)} if isinstance(value, int) and value < 13 else set()
        )
        return any(form in text.lower() for form in forms)

    for split in SPLITS:
        for problem in generate(split, 30, seed=8):
            parameters = [function["parameters"] for function in functions(problem)]
            inner = [schema for outer in parameters for schema in schemas_in(outer)]
            enums = {value for schema in inner for value in schema.get("enum", ())}
            for call in calls_of(problem):
                assert stated(call.arguments, said(problem), enums), problem


def test_every_type_of_parameter_occurs(problems: dict[str, list[CallProblem]]) -> None:
    inner = [
        schema
        for problem in problems["train"]
        for function in functions(problem)
        for schema in schemas_in(function["parameters"])
    ]
    types = {schema["type"] for schema in inner}
    assert types == {"string", "integer", "number", "boolean", "array", "object"}
    assert any("enum" in schema for schema in inner)
    assert any("default" in schema for schema in inner)


def test_the_same_intent_comes_under_many_schemas() -> None:
    shown: defaultdict[str, set[str]] = defaultdict(set)
    for problem in generate("train", 1000, seed=3, categories=["simple"]):
        shown[str(problem.source)] |= signatures(problem)
    rich = [key for key, variants in shown.items() if len(variants) >= 5]
    assert len(rich) > 30


def test_the_system_text_is_the_same_everywhere(problems: dict[str, list[CallProblem]]) -> None:
    assert {p.messages[0]["content"] for split in SPLITS for p in problems[split]} == {SYSTEM}


def test_no_problem_is_longer_than_its_limit(problems: dict[str, list[CallProblem]]) -> None:
    assert all(size(p.tools, p.messages) <= MAX_CHARACTERS for split in SPLITS for p in problems[split])


def test_a_lower_limit_gives_shorter_problems() -> None:
    assert all(size(p.tools, p.messages) <= 500 for p in generate("train", 60, seed=1, characters=500))


@pytest.mark.parametrize("split", ["train", "test_schemas"])
def test_prompts_are_short_for_the_embedded_model(split: str, problems: dict[str, list[CallProblem]]) -> None:
    from transformers import AutoTokenizer

    from trace_trainer.engine.models.tool_template import fit_template

    tokenizer = AutoTokenizer.from_pretrained(PROJECT / "checkpoints" / "tiny-base")
    fit_template(tokenizer, "structured", "tiny-base")
    lengths = [
        len(
            tokenizer.apply_chat_template(
                problem.messages, tools=problem.tools, add_generation_prompt=True, return_dict=False
            )
        )
        for problem in problems[split]
    ]
    assert min(lengths) > 50
    assert sum(length < 350 for length in lengths) >= 0.95 * COUNT
