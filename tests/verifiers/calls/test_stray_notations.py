"""Calls in notations that are not the format's, and marks of turns, are no replies in words; words about tools are."""

from __future__ import annotations

import pytest

from trace_trainer.verifiers import Call, Reply, verify_call
from trace_trainer.verifiers.calls import FORMATS

TOOLS = [
    {"name": "get_weather", "parameters": {"type": "dict", "properties": {"city": {"type": "string"}}}},
    {"name": "search", "parameters": {"type": "dict", "properties": {"query": {"type": "string"}}}},
]
CALLS = r"""get_weather(city='Oslo')
get_weather("Oslo")
get_weather()
I call get_weather(city="Oslo").
result = get_weather("Oslo")
Let me check: get_weather(Oslo)
get_weather.call(city="Oslo")
<function=get_weather>{"city": "Oslo"}</function>
[TOOL_CALLS]get_weather[ARGS]{"city":"Oslo"}
Thought: I need it.\nAction: get_weather\nAction Input: Oslo
ACTION: get_weather[Oslo]
<|tool_call>call:get_weather{city:<|"|>Oslo<|"|>}<tool_call|>
call:get_weather{city:Oslo}
<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather
```tool_code\nget_weather(city="Oslo")\n```
functools[{"name": "get_weather", "arguments": {"city": "Oslo"}}]
<tool_use><name>get_weather</name></tool_use>
<invoke name="get_weather"><parameter name="city">Oslo</parameter></invoke>
<get_weather><city>Oslo</city></get_weather>
<get_weather city="Oslo"/>
{"tool": "get_weather", "city": "Oslo"}
{"get_weather": {"city": "Oslo"}}
{'tool': 'get_weather', 'args': {'city': 'Oslo'}}
{"action": "get_weather", "action_input": "Oslo"}
get_weather: {"city": "Oslo"}
get_weather:\n  city: Oslo
get_weather city=Oslo
get_weather --city Oslo
get_weather Oslo
(get_weather "Oslo")
`get_weather`
Tool: get_weather
commentary to=functions.get_weather {"city":"Oslo"}
functions.get_weather({"city": "Oslo"})
search(query="x")
<tool>get_weather</tool><tool_input>Oslo</tool_input>
CALL get_weather city=Oslo
$ get_weather Oslo
✿FUNCTION✿: get_weather\n✿ARGS✿: {"city": "Oslo"}
GET_WEATHER(city=Oslo)
get weather(city="Oslo")
getWeather(city="Oslo")
I can't do that. get_weather --city Oslo
I can't do that. get_weather: {"city": "Oslo"}
[get_weather(city="Oslo"), search(query="x")]"""
TURNS = r"""Which city?<|im_end|>\n<|im_start|>user\nOslo
Which city?\nUser: Oslo, please.\nAssistant: It is 20 degrees.
Which city?\n\nHuman: Oslo
I can't.<tool_response>{"t": 20}</tool_response>
Which city?<end_of_turn>\n<start_of_turn>user\nOslo
Which city?[/INST] Oslo [INST]
Which city?<|eot_id|><|start_header_id|>user<|end_header_id|>Oslo
I looked it up.\nObservation: 20 degrees"""
WORDS = r"""I can't search for that (no tool fits).
I can only use get_weather, and it needs a city. Which city?
The tool get_weather can't do that.
Search: none of the tools can do that.
I could search "cats" for you, but no tool does it.
The get_weather tool (which needs a city) does not book trips.
I have get_weather and search. Neither can do that.
Use x < y and [brackets] freely; 5 <b>bold</b> words.
Name: Ann\nUser: ann\nHost: mypc\nThat is all I know.
`get_weather` tells the weather only, so I can't do that.
The `search()` function needs a query. Which one?
See https://example.org/get_weather/help for that, I can't."""


def lines(text: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in text.split("\n")]


@pytest.mark.parametrize("text", lines(CALLS))
def test_a_call_in_another_notation_is_no_reply_in_words(text: str) -> None:
    for expected in ([], [{"name": "get_weather", "arguments": {"city": "Oslo"}}], None):
        verdict = verify_call(text, "hermes", expected, TOOLS)
        assert (verdict.outcome, verdict.violations[0].code) == ("unparsed", "stray_call")


@pytest.mark.parametrize(
    "text",
    ["book(room=3)", '[f(x="a"), g()]', '{"x": 1}', "`cook()`", 'run_shell_command("lsblk")', '["lsblk"]'],
)
def test_a_reply_that_is_a_call_and_nothing_else_is_one_whatever_it_names(text: str) -> None:
    for tools in (TOOLS, None):
        assert verify_call(text, "hermes", [], tools).outcome == "unparsed"


@pytest.mark.parametrize("text", lines(TURNS))
@pytest.mark.parametrize("format", ["hermes", "functiongemma", "llama3", "auto"])
def test_an_invented_turn_or_result_is_no_part_of_a_reply(text: str, format: str) -> None:
    assert verify_call(text, format, [], TOOLS).outcome == "unparsed"


@pytest.mark.parametrize("format", ["hermes", "functiongemma"])
def test_nothing_may_follow_the_end_of_a_turn_with_a_call(format: str) -> None:
    call = Call("get_weather", {"city": "Oslo"})
    text, expected = FORMATS[format].render(Reply((call,))), [{"get_weather": {"city": ["Oslo"]}}]
    for ending in ("", "<|im_end|>", "<start_function_response>", "\n<end_of_turn>"):
        assert verify_call(text + ending, format, expected, TOOLS).outcome == "correct"
    for more in (
        "<|im_end|>\n<|im_start|>user\nNo, Rome!<|im_end|>",
        "<start_function_response>response:get_weather{t:20}<end_function_response>It is 20.",
        "\n<tool_response>\n20\n</tool_response>",
        "\nObservation: 20 degrees",
        "\nUser: No, Rome please.",
    ):
        assert verify_call(text + more, format, expected, TOOLS).outcome == "unparsed", more


@pytest.mark.parametrize("text", lines(WORDS))
def test_words_about_tools_are_words(text: str) -> None:
    verdict = verify_call(text, "hermes", [], TOOLS)
    assert verdict.outcome == "correct", verdict.violations


@pytest.mark.parametrize(
    "around",
    [
        "get_weather(city='Rome')\n{}",
        "{}\nget_weather(city='Rome')",
        "User: Rome?\n{}",
        "{}\n### Response: 20",
        "{}\nfunction_response: 20",
        "{}\n<result>20</result>",
        "{}\n```\nls\n```",
    ],
)
def test_a_second_call_or_turn_beside_a_call_is_stray(around: str) -> None:
    right = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
    expected = [{"get_weather": {"city": ["Oslo"]}}]
    assert verify_call(right, "hermes", expected=expected, tools=TOOLS).outcome == "correct"
    assert (
        verify_call(f"I look it up.\n{right}", "hermes", expected=expected, tools=TOOLS).outcome == "correct"
    )
    verdict = verify_call(around.format(right), "hermes", expected=expected, tools=TOOLS)
    assert [violation.code for violation in verdict.violations] == ["stray_call"]
