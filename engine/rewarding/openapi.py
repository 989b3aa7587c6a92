"""The description of a reward server as an OpenAPI document, from the columns that it reads."""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.rows.columns import Columns
from trace_trainer.engine.runs.manifest import versions
from trace_trainer.verifiers.calls.verdict import CallOutcome
from trace_trainer.verifiers.traces.verdict import Outcome

ONE, SEVERAL = "/v1/reward", "/v1/rewards"
_TEXT = {"type": "string"}
_ANY: dict[str, Any] = {}
_HELD: dict[str, tuple[dict[str, Any], str]] = {
    "trace": (_ANY, "what the model wrote: a text, or an assistant's message"),
    "question": (_ANY, "the question, a text or messages; the trace's numbers are checked against it"),
    "answer": (_ANY, "the gold answer, a number or text; without it nothing earns a reward"),
    "expert": ({"type": ["string", "null"]}, "the expert that was expected"),
    "reference": ({"type": ["string", "null"]}, "a gold trace, whose function must be computed"),
    "reply": (_ANY, "what the model wrote: a text, or an assistant's message with tool_calls"),
    "expected": (_ANY, "the calls, the command or the words that were expected; without it no reward"),
    "tools": (_ANY, "the schemas of the tools"),
    "machine": (_ANY, "the machine on which commands are run"),
    "messages": (_ANY, "a conversation that ends with the reply, where no other column holds it"),
}
_PROBLEMS = {
    "400": "The body is no JSON object of this form.",
    "401": "The token is missing or wrong.",
    "403": "The request names another host than this machine.",
    "408": "The body did not come in time.",
    "413": "The body is too long, or has too many rows.",
    "415": "The Content-Type is not application/json.",
    "422": "The row holds no completion, or something that is none.",
    "429": "Too much is waiting; try again after Retry-After seconds.",
    "503": "The rows could not be judged in time, or the server ends; this is no reward of 0.",
}


def description(settings: AuditSettings, most_rows: int, has_token: bool) -> dict[str, Any]:
    """The document, as GET /openapi.json has it.

    Args:
        most_rows: of one request.
        has_token: whether requests must bear a token.
    """
    rows = {"type": "array", "items": _ref("Row"), "maxItems": most_rows}
    results = {"type": "array", "items": _ref("Result")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trace Trainer's rewards",
            "version": versions()["trace-trainer"] or "unknown",
            "description": f"Judges completions ({settings.kind}) by the reward policy {settings.policy}.",
        },
        "security": [{"token": []}] if has_token else [],
        "paths": {
            ONE: {"post": _operation("reward", "The reward of one row.", _ref("Row"), _ref("Result"))},
            SEVERAL: {
                "post": _operation(
                    "rewards",
                    "The rewards of rows, in their order: as many results as rows.",
                    _object({"rows": rows}),
                    _object({"results": results}),
                )
            },
            "/health": {
                "get": {
                    "operationId": "health",
                    "security": [],
                    "summary": "Whether the server answers.",
                    "responses": {"200": _answer("It does.", _object({"status": _TEXT}))},
                }
            },
        },
        "components": {
            "schemas": {"Row": _row(settings.columns), "Result": _result(settings.kind), "Error": _error()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(name: str, summary: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    problems = {status: _answer(text, _ref("Error")) for status, text in _PROBLEMS.items()}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": _answer("Judged.", answer), **problems},
    }


def _row(columns: Columns) -> dict[str, Any]:
    """A row: each name of each column; any may be left out but what the model wrote, and others are not read."""
    properties = {}
    for role in columns.roles:
        schema, text = _HELD[role]
        first, *others = columns.of(role)
        properties[first] = {
            **schema,
            "description": f"{text}{'; also ' if others else ''}{', '.join(others)}",
        }
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _result(kind: str) -> dict[str, Any]:
    outcomes = CallOutcome if kind == "call" else Outcome
    found = _object(
        {
            "reward": {
                "type": ["number", "null"],
                "description": "null where the verdict earns none, of the outcomes error and valid; never read it as 0",
            },
            "outcome": {"type": "string", "enum": [str(outcome) for outcome in outcomes]},
            "expert": {"type": ["string", "null"]},
            "answer": {"type": ["string", "null"], "description": "what the trace computes"},
            "violations": {"type": "array", "items": _violation()},
            "lints": {"type": "array", "items": _violation()},
        }
    )
    if kind == "call":
        found["properties"] |= {"calls": {"type": "array"}, "metrics": {"type": "object"}}
    return found


def _violation() -> dict[str, Any]:
    place = {"type": ["integer", "null"]}
    return _object({"code": _TEXT, "message": _TEXT, "subtrace": place, "step": place, "line": place})


def _error() -> dict[str, Any]:
    found = {
        "message": _TEXT,
        "type": _TEXT,
        "param": {"type": ["string", "null"]},
        "code": {"type": "integer"},
    }
    return _object({"error": _object(found)})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
