"""A service in a thread, as `trainer serve` has it, but for the signals."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from trace_trainer.engine.serving.server import Server, Service, base_url, listening


@contextlib.contextmanager
def served(service: Service) -> Iterator[str]:
    """Inside, the service answers at this base URL."""
    with listening("127.0.0.1", 0) as listener:
        server = Server(service)
        running: Any = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        url = base_url(listener)
        running.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield url
        finally:
            server.should_exit = True
            running.join()
            assert service.close()
