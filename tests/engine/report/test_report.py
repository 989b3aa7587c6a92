"""engine/report/page.py, report_charts.py, charts.py: one page that needs nothing else, and that no model can break."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.report.metric_charts import metric_charts
from trace_trainer.engine.report.page import (
    RunRecord,
    Stage,
    accuracy_tables,
    recorded_stages,
    varied_failures,
    write_report,
)
from trace_trainer.engine.report.svg import Series, line_chart

HOSTILE = '</pre></style><script>alert(1)</script><img src="http://example.org/x.png" onerror=alert(1)>&amp;'


def _evaluation(accuracy: float, data: str = "validation") -> dict[str, Any]:
    correct = round(100 * accuracy)
    return {
        "model": "m", "data": data, "n": 100, "accuracy": accuracy,
        "interval": [accuracy - 0.1, accuracy + 0.1], "parse_rate": 1.0,
        "outcomes": {"correct": correct, "wrong_answer": 100 - correct},
        "violations": {}, "experts": {"arithmetic": {"n": 100, "correct": correct, "accuracy": accuracy}},
        "mean_reward": accuracy, "mean_completion_tokens": 90.0, "truncated": 0,
    }  # fmt: skip


def _iteration(step: int) -> dict[str, Any]:
    return {
        "step": step, "reward": step / 10, "accuracy": step / 10, "parse_rate": 1.0,
        "outcomes": {"correct": step, "wrong_answer": 10 - step}, "violations": {"wrong_answer": 10 - step},
        "experts": {"arithmetic": {"n": 10, "correct": step}}, "completion_tokens": 90.5, "ended": 1.0,
        "entropy": 0.2, "zero_variance": 0.3, "ratio_max": 1.2, "clip_fraction": 0.01, "grad_norm": 0.5,
        "learning_rate": 1e-4, "seconds": {"sampling": 10.0, "verifying": 0.5, "updating": 8.0},
    }  # fmt: skip


def _rollout(
    step: int, completion: str, outcome: str = "unparsed", violation: str = "yaml_syntax"
) -> dict[str, Any]:
    return {
        "id": "p", "step": step, "prompt": f"How many? {HOSTILE}", "answer": "7", "expert": None,
        "completion": completion,
        "reward": 0.0, "outcome": outcome, "violations": [violation],
    }  # fmt: skip


def _write_run(
    folder: Path,
    kind: str,
    metrics: list[dict[str, Any]],
    rollouts: list[dict[str, Any]],
    evaluations: dict[str, Any] | None = None,
) -> Path:
    folder.mkdir()
    if evaluations is not None:
        (folder / "eval.json").write_text(json.dumps(evaluations))
    manifest = {
        "kind": kind, "name": folder.name, "status": "finished", "created": "2025-01-01T00:00:00.000+00:00",
        "finished": "2025-01-01T00:02:05.000+00:00", "seed": 0, "parent": {"name": "base", "path": "base"},
        "data": {"train": {"source": "train", "rows": 8000, "sha256": "0"}}, "versions": {}, "commit": None,
        "device": "cpu",
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "config.yaml").write_text(f"seed: 0\nnote: '{HOSTILE}'\n")
    for name, records in (("metrics", metrics), ("rollouts", rollouts)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


@pytest.fixture(scope="module")
def sft_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    metrics = [{"step": step, "loss": 1 / (step + 1), "learning_rate": 1e-3} for step in range(10)]
    evaluations = {"before": _evaluation(0.0), "after": _evaluation(0.6)}
    return _write_run(tmp_path_factory.mktemp("runs") / "m_sft", "sft", metrics, [], evaluations)


@pytest.fixture(scope="module")
def rl_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    metrics = [*map(_iteration, range(1, 6)), {"step": 3, "eval": _evaluation(0.7)}]
    first = [_rollout(1, f"first {HOSTILE}\nsecond line")]
    last = [_rollout(5, f"last {HOSTILE}", violation=f"kind {i % 3}") for i in range(40)]
    evaluations = {"before": _evaluation(0.6), "after": _evaluation(0.8)}
    return _write_run(tmp_path_factory.mktemp("runs") / "m", "rl", metrics, [*first, *last], evaluations)


class _Page(html.parser.HTMLParser):
    """Collects the tags and the values of attributes that load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "data", "action") and value:
                self.references.append(value)
            assert not name.startswith("on"), f"an event handler in {tag}"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, sft_run: Path, rl_run: Path) -> str:
    return write_report(tmp_path_factory.mktemp("page") / "report.html", [sft_run, rl_run]).read_text(
        encoding="utf-8"
    )


def test_what_a_model_wrote_never_becomes_markup(page: str) -> None:
    assert "alert(1)" in page
    assert not {"script", "img", "iframe", "object", "link"} & set(_Page(page).tags)


def test_the_page_loads_nothing_from_elsewhere(page: str) -> None:
    assert all(reference.startswith("#") for reference in _Page(page).references)
    assert not re.search(r"url\((?!#)|@import", page)


def test_ids_are_unique_and_every_reference_is_met(page: str) -> None:
    parsed = _Page(page)
    assert len(parsed.ids) == len(set(parsed.ids))
    wanted = {reference[1:] for reference in parsed.references} | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted <= set(parsed.ids)


def test_the_page_states_its_charset_and_suits_a_phone_and_dark_mode(page: str) -> None:
    assert '<meta charset="utf-8">' in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page


def test_the_same_runs_give_the_same_page(page: str, tmp_path: Path, sft_run: Path, rl_run: Path) -> None:
    assert write_report(tmp_path / "again.html", [sft_run, rl_run]).read_text(encoding="utf-8") == page


def test_a_chain_is_shown_from_before_to_after(sft_run: Path, rl_run: Path) -> None:
    stages = recorded_stages([RunRecord.read(sft_run), RunRecord.read(rl_run)])
    assert [(stage.name, [e["accuracy"] for e in stage.evaluations]) for stage in stages] == [
        ("before SFT", [0.0]), ("after SFT", [0.6]), ("after RL", [0.8])
    ]  # fmt: skip


def test_given_stages_replace_the_recorded_ones(tmp_path: Path, rl_run: Path) -> None:
    stages = [Stage("the base", [_evaluation(0.123, data="my data")])]
    text = write_report(tmp_path / "r.html", [rl_run], stages, notes=["a note"]).read_text(encoding="utf-8")
    assert "12.3%" in text and "my data" in text and "a note" in text
    assert "after RL</th>" not in text.replace("published, after RL</th>", "")


def test_a_table_has_a_row_for_each_expert_of_any_stage() -> None:
    with_rate = _evaluation(0.5)
    with_rate["experts"]["rate_equation"] = {"n": 4, "correct": 1, "accuracy": 0.25}
    (table,) = accuracy_tables([Stage("a", [_evaluation(0.1)]), Stage("b", [with_rate])])
    scores = {row["name"]: [score and score["accuracy"] for score in row["scores"]] for row in table["rows"]}
    assert scores == {"all": [0.1, 0.5], "arithmetic": [0.1, 0.5], "rate_equation": [None, 0.25]}


def test_failures_are_shown_of_every_kind_in_turn() -> None:
    rows = [{"outcome": "invalid_trace", "violations": [code]} for code in "aaab"]
    rows.append({"outcome": "correct", "violations": []})
    assert [row["violations"] for row in varied_failures(rows, 3)] == [["a"], ["b"], ["a"]]


def test_the_lines_that_are_wrong_are_marked(tmp_path: Path, sft_run: Path) -> None:
    trace = "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 3}\n- {op: jump, var: b}\n- {op: query, var: a}\n"
    row = {
        "id": "p",
        "prompt": "What is 3?",
        "answer": "3",
        "completion": trace,
        "outcome": "invalid_trace",
        "violations": ["unknown_op"],
    }
    stages = [Stage("after", [_evaluation(0.5)], [row])]
    text = write_report(tmp_path / "r.html", [sft_run], stages).read_text(encoding="utf-8")
    assert '<span class="wrong">- {op: jump, var: b}</span>' in text
    assert "<span>- {op: init, var: a, value: 3}</span>" in text


def test_an_interrupted_run_without_logs_still_gives_a_page(tmp_path: Path) -> None:
    run = _write_run(tmp_path / "m", "rl", [], [])
    (run / "metrics.jsonl").unlink()
    text = write_report(tmp_path / "r.html", [run]).read_text(encoding="utf-8")
    assert "No evaluation is recorded" in text and "No metrics are recorded" in text


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run folder"):
        write_report(tmp_path / "r.html", [tmp_path])


def test_every_figure_of_an_rl_iteration_has_a_chart(rl_run: Path) -> None:
    charts = {chart.title for chart in metric_charts("m", RunRecord.read(rl_run).metrics, "iteration")}
    assert charts >= {
        "Accuracy",
        "Accuracy by expert",
        "Outcomes",
        "Seconds",
        "Reward",
        "Entropy",
        "Tokens a completion",
    }


def test_held_out_accuracy_is_charted_from_before_to_after(page: str) -> None:
    assert "validation: 60.0% at first, 80.0% at last" in page


def test_a_figure_that_is_not_finite_leaves_the_other_points(rl_run: Path) -> None:
    metrics = [
        {"step": 1, "grad_norm": float("nan")},
        {"step": 2, "grad_norm": 0.5},
        {"step": 3, "grad_norm": 0.7},
    ]
    (chart,) = metric_charts("m", metrics, "step")
    assert chart.caption == "0.5 at first, 0.7 at last"


def test_a_chart_takes_the_pages_text_colour() -> None:
    svg = line_chart("t", [Series("a", [0, 1], [0, 1])], "step")
    assert svg.startswith("<svg") and "currentColor" in svg and "#010203" not in svg
