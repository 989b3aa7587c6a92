"""Under load nothing is lost, and no reply is another's."""

from __future__ import annotations

from trace_trainer.engine.benchmarks.rewards import ask, memory, server


def test_no_reply_is_lost_or_anothers() -> None:
    with server(2) as (host, port, process):
        one, many = ask(host, port, 8, 40, 1), ask(host, port, 4, 4, 150)
        held = memory(process)
    assert (len(one.taken), len(many.taken)) == (320, 16)
    assert (one.wrong, many.wrong) == (0, 0)
    assert held < 400
