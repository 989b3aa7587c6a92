"""verify_call: the text of an assistant's turn in, verdict out.

The text is read in its wire format, its calls are checked against the tools, and compared with what was expected: calls
by name and arguments, a shell command by its effect on the simulated machine. Danger comes before everything else, and
a fault of ours or of the data is an `error`, which carries no reward. The wording of a reply is never judged; that it
refuses, asks or answers what was to be refused, asked or answered, is (`words/saying.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trace_trainer.verifiers.calls.arguments import check_call
from trace_trainer.verifiers.calls.call import Call, Reply, shown
from trace_trainer.verifiers.calls.danger import refused
from trace_trainer.verifiers.calls.expected import (
    Expected,
    ExpectedCalls,
    ExpectedCommand,
    ExpectedError,
    ExpectedText,
    read_expected,
)
from trace_trainer.verifiers.calls.formats import AUTO, FORMATS, ParseFailure, detect
from trace_trainer.verifiers.calls.json_schema import SchemaError
from trace_trainer.verifiers.calls.metrics import (
    Metrics,
    call_metrics,
    command_metrics,
    lowest_metrics,
    same_values,
)
from trace_trainer.verifiers.calls.tools import (
    COMMAND_TOOL,
    INSTALLER_TOOLS,
    Tools,
    ToolSchemaError,
    command_of,
    read_tools,
)
from trace_trainer.verifiers.calls.trials import Trials
from trace_trainer.verifiers.calls.verdict import CallOutcome, CallVerdict, Grade
from trace_trainer.verifiers.calls.words.notations import stray_notation
from trace_trainer.verifiers.violation import Violation, internal_error

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine


def verify_call(
    text: str,
    format: str = AUTO,
    expected: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    machine: Machine | None = None,
) -> CallVerdict:
    """Verify one reply. Never raises, never hangs, whatever the text.

    Args:
        text: what a model wrote in its turn, special tokens kept or not.
        format: a key of FORMATS, or "auto" for whichever the text is written in.
        expected: what should have been said (verifiers.calls.expected); without it a reply that is admissible is valid.
        tools: the schemas of the tools, in the Berkeley or the OpenAI form; without them arguments are not checked,
            except those of the installer's one tool where a command is expected.
        machine: where shell commands are run, on copies. Without one, a command is right only if it is the expected
            one but for quoting and spacing.
    """
    try:
        return _verify(text, format, expected, tools, machine)
    except (ToolSchemaError, SchemaError) as error:
        return _error("bad_tools", str(error))
    except ExpectedError as error:
        return _error("bad_gold", str(error))
    except Exception as error:  # a fault of ours must not end a run or cost the model a reward
        return CallVerdict(CallOutcome.ERROR, (internal_error(error),))


def _error(code: str, message: str) -> CallVerdict:
    return CallVerdict(CallOutcome.ERROR, (Violation(code, message),))


def _verify(
    text: str,
    format: str,
    expected: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    tools: Sequence[Mapping[str, Any]] | None,
    machine: Machine | None,
) -> CallVerdict:
    if not isinstance(text, str):
        return _error("not_text", f"the reply is a {type(text).__name__}, not a text")
    if format != AUTO and format not in FORMATS:
        return _error("unknown_format", f"no format {format!r}; there are {AUTO}, {', '.join(FORMATS)}")
    if machine is not None and not hasattr(machine, "state"):
        return _error("bad_machine", f"a {type(machine).__name__} is no Machine; Machine.from_spec makes one")
    wanted = None if expected is None else read_expected(expected)
    if tools is None and isinstance(wanted, ExpectedCommand):
        tools = INSTALLER_TOOLS
    known = None if tools is None else read_tools(tools)
    wire = detect(text) if format == AUTO else FORMATS[format]
    reply = wire.parse(text)
    if isinstance(reply, Reply) and reply.calls and wire.layout.holds_text and not _has_word(reply.text):
        key = wire.layout.text_key
        reply = ParseFailure(
            "no_query", f"the call has no words under the key {key!r}, which says what is asked for"
        )
    if isinstance(reply, ParseFailure):
        return _unparsed(reply.code, reply.hint, wanted, machine)
    # Words within a call say again what was asked for: they are no words of the reply's own.
    judged = replace(reply, text="") if reply.calls and wire.layout.holds_text else reply
    verdict = _judge(judged, wanted, known, machine)
    if reply.lints:
        lints = (
            Violation(code, "the arguments are a string that holds JSON, not an object")
            for code in reply.lints
        )
        verdict = verdict._replace(lints=(*lints, *verdict.lints))
    return verdict._replace(calls=reply.calls, text=reply.text)


def _has_word(text: str) -> bool:
    """Whether a text has two letters beside each other, or one of a script whose words may be one sign."""
    return any(a.isalpha() and b.isalpha() for a, b in pairwise(text)) or any(
        sign.isalpha() and not sign.isascii() for sign in text
    )


def _unparsed(code: str, hint: str, wanted: Expected | None, machine: Machine | None) -> CallVerdict:
    metrics = lowest_metrics(wanted, machine is not None)
    return CallVerdict(CallOutcome.UNPARSED, (Violation(code, hint),), metrics=metrics)


def _judge(
    reply: Reply, wanted: Expected | None, known: Tools | None, machine: Machine | None
) -> CallVerdict:
    trials = None if machine is None else Trials(machine)
    verdict = refused(reply, wanted, trials)
    if verdict is not None:
        return verdict
    name = stray_notation(reply.text, _callable(wanted, known)) if reply.text else None
    if name is not None:
        hint = f"a call of {name[:40]} in a notation of its own; write it the way the format wants it"
        return _unparsed("stray_call", hint, wanted, machine)
    if wanted is None:
        return _judge_alone(reply, known, trials)
    if isinstance(wanted, ExpectedText):
        return _judge_text(reply, wanted, {"type_match": not reply.calls})
    if isinstance(wanted, ExpectedCommand):
        return _judge_command(reply, wanted, known, trials)
    metrics = call_metrics(reply.calls, wanted, known)
    if not wanted.calls:
        return _judge_text(reply, ExpectedText(), metrics)
    return _judge_calls(reply, wanted, known, metrics)


def _callable(wanted: Expected | None, known: Tools | None) -> tuple[str, ...]:
    """The names of the tools that a reply could call."""
    if known is not None:
        return tuple(known)
    names = (call.name for call in wanted.calls) if isinstance(wanted, ExpectedCalls) else ()
    return (COMMAND_TOOL, *names)


def _misfits(calls: Sequence[Call], known: Tools | None) -> list[Violation]:
    """What is wrong with calls by the schemas of their tools, whatever was expected."""
    if known is None:
        return []
    return [violation for index, call in enumerate(calls) for violation in check_call(call, known, index)]


_STOPS_AT = {"unknown_tool": Grade.PARSED, "missing_argument": Grade.KNOWN, "unknown_argument": Grade.KNOWN}


def _grade(violations: Sequence[Violation]) -> Grade:
    return min(
        (_STOPS_AT.get(violation.code, Grade.NAMED) for violation in violations), default=Grade.ADMISSIBLE
    )


def _wrong(code: str, message: str, metrics: Metrics, grade: Grade = Grade.NOTHING) -> CallVerdict:
    return CallVerdict(CallOutcome.WRONG_CALL, (Violation(code, message),), metrics=metrics, grade=grade)


def _invalid(violations: Sequence[Violation], metrics: Metrics) -> CallVerdict:
    return CallVerdict(CallOutcome.INVALID_CALL, tuple(violations), metrics=metrics, grade=_grade(violations))


def _correct(metrics: Metrics) -> CallVerdict:
    return CallVerdict(CallOutcome.CORRECT, metrics=metrics, grade=Grade.FULLY, progress=1.0)


def _judge_alone(reply: Reply, known: Tools | None, trials: Trials | None) -> CallVerdict:
    violations = _misfits(reply.calls, known)
    if violations:
        return _invalid(violations, {})
    if trials is not None:
        for index, command in enumerate(map(command_of, reply.calls)):
            if command is None:
                continue
            from trace_trainer.verifiers.calls.commands import judge_command

            found = judge_command(trials, command, None)
            if found.outcome is not CallOutcome.VALID:
                placed = tuple(violation._replace(step=index) for violation in found.violations)
                return CallVerdict(found.outcome, placed, found.lints, grade=found.grade)
            trials = Trials(trials.run(command).machine)  # the next call finds what this one left
    return CallVerdict(CallOutcome.VALID, grade=Grade.ADMISSIBLE if reply.calls else Grade.NOTHING)


def _written_command(text: str) -> str | None:
    from trace_trainer.verifiers.calls.words.spoken_commands import written_command

    return written_command(text)


def _judge_text(reply: Reply, wanted: ExpectedText, metrics: Metrics) -> CallVerdict:
    if reply.calls:
        return _wrong(
            "text_expected", f"{reply.calls[0].name[:40]} is called where words were expected", metrics
        )
    from trace_trainer.verifiers.calls.words.saying import fault_of_words

    command = _written_command(reply.text)
    if command is not None:
        return _wrong("command_as_text", f"{shown(command)} is written where words were expected", metrics)
    fault = fault_of_words(reply.text, wanted.intent, wanted.response)
    return _correct(metrics) if fault is None else _wrong(*fault, metrics)


def _judge_calls(reply: Reply, wanted: ExpectedCalls, known: Tools | None, metrics: Metrics) -> CallVerdict:
    if not reply.calls:
        return _wrong("call_expected", "words where a call was expected", metrics)
    violations = _misfits(reply.calls, known)
    equal = metrics["arguments_match"] or same_values(reply.calls, wanted.calls)
    # Values that a tool does not take are wrong whatever was expected; other misfits may be the data's own.
    fits = all(violation.code != "bad_argument_value" for violation in violations)
    if equal and fits and (wanted.exact or metrics["ast_match"]):
        return _correct(metrics)
    if violations:
        return _invalid(violations, metrics)
    progress = float(metrics["f1"])
    grade = Grade.PARTLY if progress > 0 else Grade.ADMISSIBLE
    given, names = len(reply.calls), ", ".join(call.name for call in wanted.calls)
    if given != len(wanted.calls):
        verdict = _wrong("wrong_count", f"{given} calls, not {len(wanted.calls)}", metrics, grade)
    elif not metrics["name_match"]:
        verdict = _wrong("wrong_name", f"not the tools expected: {names[:80]}", metrics, grade)
    else:
        verdict = _wrong("wrong_arguments", f"not the arguments expected of {names[:80]}", metrics, grade)
    return verdict._replace(progress=progress)


def _judge_command(
    reply: Reply, wanted: ExpectedCommand, known: Tools | None, trials: Trials | None
) -> CallVerdict:
    metrics = command_metrics(reply.calls, wanted)
    if trials is not None:
        metrics["effect_match"] = False
    if not reply.calls:
        spoken = _written_command(reply.text)
        if spoken is not None:
            return _wrong("command_as_text", f"{shown(spoken)} is written, not called", metrics)
        return _wrong("call_expected", "words where a command was expected", metrics)
    violations = _misfits(reply.calls, known)
    if violations:
        return _invalid(violations, metrics)
    if len(reply.calls) > 1:
        return _wrong("wrong_count", f"{len(reply.calls)} calls, not one command", metrics, Grade.PARSED)
    command = command_of(reply.calls[0])
    if command is None:
        return _wrong("wrong_name", f"{reply.calls[0].name[:40]}, not {COMMAND_TOOL}", metrics, Grade.PARSED)
    from trace_trainer.verifiers.calls.command_text import same_commands
    from trace_trainer.verifiers.calls.commands import judge_command

    if trials is None:
        if metrics["command_exact"] or same_commands(command, wanted.command):
            return _correct(metrics)
        message = "not the expected command, and no machine to compare the effect on"
        return _wrong("wrong_command", message, metrics, Grade.PARSED)
    found = judge_command(trials, command, wanted)
    metrics["effect_match"] = found.equal
    return CallVerdict(
        found.outcome,
        found.violations,
        found.lints,
        metrics=metrics,
        grade=found.grade,
        progress=found.progress,
    )
