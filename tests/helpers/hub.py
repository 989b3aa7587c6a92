"""A model hub on this machine: it takes what is uploaded, by the requests that `huggingface_hub` makes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub:
    """What a hub has taken.

    Attributes:
        files: the contents of each, by path.
        tokens: that were shown.
        refuses: whether it takes nothing.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.tokens: set[str] = set()
        self.refuses = False
        self.large: dict[str, bytes] = {}
        self.url = ""

    def answer(self, path: str, body: bytes) -> tuple[int, Any]:
        """The status and the JSON of a reply."""
        path = path.partition("?")[0]
        if self.refuses:
            return 403, {"error": "You don't have the rights to write here"}
        if path.endswith("/repos/create"):
            name = json.loads(body)
            return 200, {"url": f"{self.url}/{name.get('organization', 'me')}/{name['name']}"}
        if "/preupload/" in path:
            asked = json.loads(body)["files"]
            return 200, {
                "files": [
                    {"path": file["path"], "uploadMode": _mode(file["path"]), "shouldIgnore": False}
                    for file in asked
                ]
            }
        if path.endswith("/objects/batch"):
            wanted = json.loads(body)["objects"]
            return 200, {
                "transfer": "basic",
                "objects": [
                    {**one, "actions": {"upload": {"href": f"{self.url}/large/{one['oid']}", "header": {}}}}
                    for one in wanted
                ],
            }
        if "/commit/" in path:
            for line in map(json.loads, body.splitlines()):
                held = line["value"]
                if line["key"] == "file":
                    self.files[held["path"]] = base64.b64decode(held["content"])
                elif line["key"] == "lfsFile":
                    self.files[held["path"]] = self.large[held["oid"]]
            return 200, {"success": True, "commitOid": "0" * 40, "commitUrl": f"{self.url}/me/mine/commit/0"}
        return 200, {"id": "me/mine", "sha": "0" * 40, "siblings": [], "tags": []}


def _mode(path: str) -> str:
    return "lfs" if path.endswith((".safetensors", ".gguf")) else "regular"


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """A hub under `url`, to be named by HF_ENDPOINT."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            hub.tokens.add(self.headers.get("Authorization") or "")
            if self.command == "PUT":
                hub.large[self.path.rpartition("/")[2]] = body
                status, answer = 200, {}
            else:
                status, answer = hub.answer(self.path, body)
            said = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_HEAD = _reply

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
