"""Addresses and keys: what is refused before anything is sent."""

from __future__ import annotations

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.hosted.endpoint import KEY_VARIABLE, Endpoint


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://", "is no address"),
        ("http://host:port/v1", "is no address"),
        ("http://[half/v1", "is no address"),
        ("http://host/v1#part", "is no address"),
        ("http://user:secret@host/v1", "holds no password"),
        ("http://host/v1?key=secret", "holds no password"),
    ],
)
def test_what_is_no_address_is_refused_without_showing_a_password(address: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as failed:
        Endpoint.at(address)
    assert "secret" not in str(failed.value)


def test_a_variable_that_is_named_must_hold_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    with pytest.raises(UserError, match="SOME_KEY holds no key"):
        Endpoint.at("http://127.0.0.1/v1", "SOME_KEY")


def test_a_key_that_no_header_can_hold_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sécret\nkey")
    with pytest.raises(UserError, match=KEY_VARIABLE) as failed:
        Endpoint.at("http://127.0.0.1/v1")
    assert "cret" not in str(failed.value)


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("example.org", True)]
)
def test_a_key_over_plain_http_is_said(
    host: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-secret")
    Endpoint.at(f"http://{host}/v1/")
    said = capsys.readouterr().err
    assert ("unencrypted" in said) == warned and "secret" not in said
