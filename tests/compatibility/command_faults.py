"""The faults that were tried on the command line, each with what becomes of it.

One list for the test that tries them and for the table that it prints. `words` are what is given to `trainer` in the
folder that the test makes; MODEL stands for a tiny model, FED for a file in a run's folder.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """A fault: what is wrong, in the words of the table; the command; its exit code; and a part of what it says."""

    what: str
    words: str
    code: int
    said: str


VALUES = (
    Fault("a seed below 0", "generate --seed=-1", 2, "-1 is not in the range 0<=x<=4294967295"),
    Fault("a seed below 0 in a setting", "sft --model MODEL --seed=-1", 2, "sft.seed must be at least 0"),
    Fault(
        "a temperature that is no number",
        "eval --model MODEL --temperature nan",
        2,
        "nan is no number to compute with",
    ),
    Fault("a temperature without end", "solve q --model MODEL --temperature inf", 2, "not in the range"),
    Fault("no samples", "eval --model MODEL --samples 0", 2, "0 is not in the range"),
    Fault("thousands of processes", "audit rows.jsonl --workers 10000", 2, "10000 is not in the range"),
    Fault("billions of problems", "generate --count 4000000000", 2, "not in the range"),
    Fault("a number of 5,000 digits", f"sft --model MODEL --count {'9' * 5000}", 2, "must be a whole number"),
    Fault(
        "a rank beyond any model's",
        "sft --rank 100000",
        2,
        "sft.rank must be at most 4096",
    ),
    Fault(
        "a share that takes forever to compute", "audit rows.jsonl --fail-under 1e999999999", 2, "is no share"
    ),
    Fault("a run's name of 300 letters", f"sft --model MODEL --name {'n' * 300}", 2, "is no name for a run"),
    Fault(
        "square brackets in a run's name",
        "sft --model MODEL --name [red]x[/red]",
        2,
        "'[red]x[/red]' is no name for a run",
    ),
    Fault("a formula as an expert's name", r"experts $\frac$", 2, "no expert '$"),
    Fault("a formula as an expert to take", r"generate --expert $\frac$", 2, r"no $\frac$"),
    Fault("a path with NUL", "audit a\0b.jsonl", 2, "can't be a path"),
    Fault("half a character in a path", "eval --model MODEL --data a\ud83d", 2, "can't be a path"),
    Fault(
        "a path of 5,000 letters", f"generate --out {'n' * 5000}", 2, "can't be a path: File name too long"
    ),
    Fault(
        "escape sequences in a path",
        "audit a\x1b[31m\u202eb.jsonl",
        2,
        r"a\x1b[31m\u202eb.jsonl does not exist",
    ),
    Fault("square brackets in a path", "audit [red]rows.jsonl --format markdown", 1, "[red]rows.jsonl:1"),
)
"""Values of options."""

FILES = (
    Fault(
        "a folder where a file belongs",
        "eval --model MODEL --shots 1 --shots-from folder.jsonl",
        2,
        "is a directory",
    ),
    Fault("a file where a folder belongs", "pretrain --out rows.jsonl", 2, "is a file"),
    Fault("a folder as a plugin", "experts --plugin folder.py", 2, "can't read plugin folder.py"),
    Fault(
        "an output below a file",
        "generate --out rows.jsonl/x",
        2,
        "can't write rows.jsonl/x: Not a directory",
    ),
    Fault("an output in no folder", "generate --out absent/x", 2, "No such file or directory"),
    Fault("a recipe that refers to itself", "sft --recipe recursive.yaml", 2, "recipe recursive.yaml"),
    Fault("a recipe that is a bomb of aliases", "sft --recipe bomb.yaml", 2, "recipe bomb.yaml"),
    Fault(
        "a recipe with values of other types",
        "sft --recipe types.yaml",
        2,
        "sft.rank must be a whole number",
    ),
    Fault("a recipe that is no text", "sft --recipe binary.yaml", 2, "can't read recipe binary.yaml"),
    Fault("the output is the input", "audit rows.jsonl --out rows.jsonl", 2, "is among what is read"),
    Fault(
        "the output is a link to the input", "audit rows.jsonl --out link.jsonl", 2, "is among what is read"
    ),
    Fault(
        "the output is another name of the input",
        "audit rows.jsonl --out hard.jsonl",
        2,
        "is among what is read",
    ),
    Fault(
        "the output is one of a folder's inputs",
        "audit folder.jsonl --out folder.jsonl/a.jsonl",
        2,
        "is among what is read",
    ),
    Fault(
        "the output is the model", "eval --model MODEL --out MODEL/config.json", 2, "is among what is read"
    ),
    Fault(
        "two outputs are one file",
        "convert gsm8k rows.jsonl --out x --refused ./x",
        2,
        "can't take two outputs",
    ),
    Fault("a full device", "generate --out /dev/full", 2, "can't write /dev/full: No space left on device"),
)
"""Files that are read or written."""

RUNS = (
    Fault("a run that another process works on", "sft --resume --name held", 2, "is in use by process"),
    Fault("its name for another run", "sft --model MODEL --name held", 2, "is in use by process"),
    Fault("its name, to replace it", "sft --model MODEL --name held --overwrite", 2, "is in use by process"),
    Fault(
        "settings that were changed",
        "sft --resume --name edited",
        2,
        "since it was started (seed is 5, was 0)",
    ),
    Fault(
        "a parent that was changed",
        "sft --resume --name orphan",
        2,
        "started from parent, which has changed since",
    ),
    Fault("data that were changed", "sft --resume --name fed", 2, "the data of the run fed_sft have changed"),
    Fault("a manifest cut in half", "sft --resume --name torn", 2, "can't read"),
    Fault("settings that refer to themselves", "rl --model looped_sft", 2, "can't read"),
    Fault("a broken run beside others", "eval --split none", 2, "torn_sft is passed over: can't read"),
    Fault(
        "a run that reads what it replaces",
        "sft --model MODEL --name fed --overwrite --data FED",
        2,
        "starts from or reads",
    ),
    Fault("nothing to resume", "rl --resume", 2, "there is no unfinished rl run"),
)
"""Runs that go on, or are to be replaced."""

FAULTS = {"Values of options": VALUES, "Files": FILES, "Runs": RUNS}
"""All, under the headings of the table."""
