"""Where a hosted model is: its address, its name there, and the key, none of which is taken on trust."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.printable import tell

KEY_VARIABLE = "TRAINER_API_KEY"
"""The environment variable that holds the key, where no other is named."""


def is_address(name: str) -> bool:
    """Whether the name of a model is an address, not a folder or a hub id."""
    return name.startswith(("http://", "https://"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, as far as its name tells."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of chat completions.

    Attributes:
        url: without a slash at its end; `/chat/completions` and `/models` are behind it.
        key: sent as a bearer token; None where there is none. Never shown, by `repr` neither.
    """

    url: str
    key: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, address: str, key_variable: str | None = None) -> Endpoint:
        """The endpoint of an address, with the key that an environment variable holds.

        Args:
            address: `http://HOST:PORT/v1`.
            key_variable: None for KEY_VARIABLE, which need not be set.

        Raises UserError for an address that is none or that holds a password, and for a variable that is not set.
        """
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        if "@" in parts.netloc or parts.query:
            raise UserError(
                "an address is shown in results, so it holds no password and no query: give the key in the "
                f"environment, as {KEY_VARIABLE} or what --api-key-env names"
            )
        if not host or parts.fragment or not address.isprintable() or " " in address:
            raise UserError(f"{address!r} is no address; give one as http://HOST:PORT/v1")
        key = key_in(key_variable or KEY_VARIABLE)
        if key_variable and not key:
            raise UserError(
                f"the environment variable {key_variable} holds no key: set it, or leave --api-key-env out"
            )
        endpoint = cls(address.rstrip("/"), key)
        if endpoint.key and parts.scheme == "http" and not endpoint.is_here:
            tell(f"the key goes to {host} unencrypted, over http")
        return endpoint

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, and no proxy's concern."""
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def without_key(self, text: str) -> str:
        """The text with the key, should it hold that, masked."""
        return text.replace(self.key, "***") if self.key else text


def key_in(variable: str) -> str | None:
    """The key in the environment. Raises UserError, which never shows it, where no header can hold it."""
    key = os.environ.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise UserError(f"the key in {variable} holds characters that no header can")
    return key or None
