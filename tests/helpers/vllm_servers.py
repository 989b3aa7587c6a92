"""A stand-in for `vllm serve`, in a thread: it has the endpoints that a training asks, and samples by Transformers."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedModel


@dataclass
class VLLMStandIn:
    """The server as a test sees it.

    Attributes:
        url: where it is.
        model: what it samples from: weights that are not the trainer's, until it is sent those.
        noise: what is added to every weight that it takes, as a server of another precision would round them.
        served: what `/server_info` says of its model.
        answer: changes what it says: told path and body, status and answer of its own.
        asked: path and body of each request, in order.
        taken: the weights as it took them, each time.
    """

    model: PreTrainedModel
    url: str = ""
    noise: float = 0.0
    served: dict[str, Any] = field(default_factory=lambda: {"logprobs_mode": "processed_logprobs"})
    answer: Callable[[str, Any, int, Any], tuple[int, Any]] = lambda path, body, status, answer: (
        status,
        answer,
    )
    asked: list[tuple[str, Any]] = field(default_factory=list)
    taken: list[dict[str, torch.Tensor]] = field(default_factory=list)

    def bodies(self, path: str) -> list[Any]:
        """Those of the requests of a path."""
        return [body for asked, body in self.asked if asked == path]

    def say(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and answer."""
        if path == "/health":
            return 200, None
        if path == "/server_info":
            return 200, {"vllm_config": {"model_config": self.served}}
        if path == "/v1/models":
            return 200, {"data": [{"id": "served", "object": "model"}]}
        if path == "/collective_rpc":
            self.take(Path(body["kwargs"]["weights_path"]))
            return 200, {"results": [None]}
        if path == "/reset_prefix_cache":
            return 200, {"success": True}
        vocabulary = self.model.config.vocab_size
        if max(body["prompt"]) >= vocabulary:
            return 400, {"error": {"message": f"Token id {max(body['prompt'])} is out of vocabulary"}}
        return 200, {"choices": [self.choice(body, index) for index in range(body["n"])]}

    def take(self, folder: Path) -> None:
        """Load weights as they lie in a folder."""
        weights = {
            name: value for file in folder.glob("*.safetensors") for name, value in load_file(file).items()
        }
        self.taken.append(weights)
        generator = torch.Generator().manual_seed(0)
        noisy = {n: w + self.noise * torch.randn(w.shape, generator=generator) for n, w in weights.items()}
        missing, unexpected = self.model.load_state_dict(noisy, strict=False)
        assert set(missing) <= {"lm_head.weight"} and not unexpected
        self.model.tie_weights()

    @torch.no_grad()
    def choice(self, body: dict[str, Any], index: int) -> dict[str, Any]:
        """One completion, sampled with a seed that goes by its number."""
        generator = torch.Generator().manual_seed(body["seed"] + index)
        tokens: list[int] = []
        logprobs: list[float] = []
        while len(tokens) < body["max_tokens"] and not set(tokens) & set(body["stop_token_ids"]):
            logits = self.model(input_ids=torch.tensor([body["prompt"] + tokens])).logits[0, -1]
            distribution = torch.log_softmax(logits / body["temperature"], dim=-1)
            token = int(torch.multinomial(distribution.exp(), 1, generator=generator))
            tokens.append(token)
            logprobs.append(float(distribution[token]))
        return {
            "index": index,
            "text": "",
            "token_ids": tokens,
            "prompt_token_ids": body["prompt"],
            "logprobs": {"tokens": [f"token_id:{token}" for token in tokens], "token_logprobs": logprobs},
        }


@contextlib.contextmanager
def vllm_server(folder: Path, **said: Any) -> Iterator[VLLMStandIn]:
    """Inside, the stand-in serves a model of this architecture on loopback."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(-1)
    seen, lock = VLLMStandIn(model, **said), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"] or 0))
            self._reply(json.loads(content) if content else None)

        def _reply(self, body: Any) -> None:
            path = self.path.partition("?")[0]
            with lock:  # one model, and an order of what was asked
                seen.asked.append((path, body))
                status, answer = seen.answer(path, body, *seen.say(path, body))
            content = b"" if answer is None else json.dumps(answer).encode()
            with contextlib.suppress(OSError):  # whoever lost patience is gone
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
