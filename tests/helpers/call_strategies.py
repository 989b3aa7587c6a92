"""Hypothesis strategies for calls and replies, hostile strings included."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trace_trainer.verifiers import Call, Reply

HOSTILE = (
    'echo "mypc"', "a && b", "x < y > z", "</tool_call>", "<tool_call>", "}}}{{{", "it's", "10:30", "a,b]c}", "```",
    "<think>", "</think>", "\\", '\\"', "\n", "\u2028", '{"name": "f"}', "<end_function_call>", "é🦜", "", " ",
)  # fmt: skip

strings = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_.-]{0,11}\Z")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    strings,
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(names, strings), inner, max_size=3),
    max_leaves=6,
)
arguments = st.dictionaries(st.one_of(names, strings), values, max_size=4)
calls = st.builds(Call, names, arguments)
words = st.text(st.sampled_from("abc ?.\n"), max_size=20).map(str.strip)


def replies(most_calls: int, with_text: bool) -> st.SearchStrategy[Reply]:
    """Replies that a format can express: so many calls at most, with text beside them or not."""
    with_calls = st.builds(
        Reply,
        st.lists(calls, min_size=1, max_size=most_calls).map(tuple),
        words if with_text else st.just(""),
    )
    return with_calls | st.builds(Reply, st.just(()), words.filter(bool))
