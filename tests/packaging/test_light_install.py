"""With nothing but what verifying needs: all that needs no model works, and the rest says what to install."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.environments import Environment

from trace_trainer.engine.cli import COMMANDS

pytestmark = pytest.mark.xdist_group("wheel")
ROW = {
    "question": "Ann has 16 eggs and eats 3. How many are left?",
    "answer": "She has 16 - 3 = <<16-3=13>>13 eggs left.\n#### 13",
}


def test_nothing_that_trains_is_installed(light: Environment) -> None:
    assert not [
        *light.packages.glob("torch*"),
        *light.packages.glob("numpy*"),
        *light.packages.glob("jinja2*"),
    ]


def test_traces_and_calls_are_verified(light: Environment) -> None:
    code = """
from trace_trainer import Machine, compare_effects, load_recipe, score, verify_call, verify_trace
trace = '''expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: compute, compute_op: mul, args: [eggs, 2], var: result}
- {op: query, var: result}
'''
verdict = verify_trace(trace, question="Ann has 16 eggs and buys twice as many. How many?", answer="32")
call = verify_call(
    '<tool_call>{"name": "f", "arguments": {}}</tool_call>', expected=[{"name": "f", "arguments": {}}]
)
machine = Machine.from_spec({"boot": "UEFI", "disks": {"sda": "500G"}})
print(verdict.outcome, score(verdict), call.outcome, compare_effects(machine, "lsblk", "lsblk"))
print([load_recipe(name).sft.dtype for name in ("default", "installer")])
"""
    assert light.evaluate(code).splitlines() == ["correct 1.0 correct equal", "['float32', 'auto']"]


def test_problems_are_generated_audited_and_converted(light: Environment, tmp_path: Path) -> None:
    (tmp_path / "gsm8k.jsonl").write_text(json.dumps(ROW) + "\n")
    for commands in (
        ("generate", "--count", "20", "--out", "problems.jsonl"),
        ("generate", "--task", "installer", "--count", "20", "--out", "dialogues.jsonl"),
        ("generate", "--task", "functions", "--count", "20", "--out", "requests.jsonl"),
        ("audit", "problems.jsonl"),
        ("experts",),
        ("experts", "algebra"),
        ("convert", "gsm8k", "gsm8k.jsonl", "--out", "converted.jsonl", "--check", "--variants", "1"),
        ("audit", "converted.jsonl"),
        ("--version",),
    ):
        done = light.run("trainer", *commands, cwd=tmp_path)
        assert (done.returncode, bool(done.stdout)) == (
            0,
            "--out" not in commands or commands[0] == "convert",
        ), done.stderr


def test_help_is_shown_for_all_commands_that_train(light: Environment) -> None:
    listed = light.run("trainer", "--help").stdout
    assert all(f"  {name} " in listed for name in COMMANDS)
    assert "--learning-rate" in light.run("trainer", "sft", "--help").stdout


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.extra])
def test_a_command_that_needs_more_says_what_to_install(name: str, light: Environment) -> None:
    done = light.run("trainer", name)
    extra = COMMANDS[name].extra
    line = f"Error: trainer {name} needs the extra {extra}: pip install 'trace-trainer[{extra}]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)
