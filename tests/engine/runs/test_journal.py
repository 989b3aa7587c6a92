"""A command that was stopped goes on from its journal, and only the same command does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from helpers.holding import held_elsewhere

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.journal import journal, plain, restored


def work(
    out: Path, upto: int, *, resume: bool, stop: bool = False, command: str = "count", reads: str = ""
) -> list[int]:
    """Count up to a number, a piece each; the pieces, those of earlier calls first, and which were done anew."""
    with journal(out, {"command": command}, [reads] if reads else [], resume=resume) as kept:
        pieces = []
        while (piece := kept.again()) is not None:
            pieces.append(piece)
        for number in range(len(pieces), upto):
            kept.keep(number)
            pieces.append(-number)
        if stop:
            raise KeyboardInterrupt
    return pieces


def stopped(out: Path, upto: int, **options: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        work(out, upto, resume=False, stop=True, **options)  # type: ignore[arg-type]


def test_what_was_done_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(tmp_path / "out", 3)
    assert (
        f"kept in {tmp_path}/out.partial; the same command with --resume goes on" in capsys.readouterr().err
    )
    assert work(tmp_path / "out", 5, resume=True) == [0, 1, 2, -3, -4]
    assert list(tmp_path.iterdir()) == []


def test_without_resume_it_begins_again(tmp_path: Path) -> None:
    stopped(tmp_path / "out", 3)
    assert work(tmp_path / "out", 3, resume=False) == [0, -1, -2]


def test_a_piece_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    stopped(tmp_path / "out", 3)
    left = tmp_path / "out.partial"
    left.write_bytes(left.read_bytes()[:-1])
    assert work(tmp_path / "out", 4, resume=True) == [0, 1, -2, -3]


def test_another_command_and_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a")
    stopped(tmp_path / "out", 3, reads=str(tmp_path / "in"))
    with pytest.raises(UserError, match="command is 'other', was 'count'"):
        work(tmp_path / "out", 5, resume=True, command="other", reads=str(tmp_path / "in"))
    (tmp_path / "in").write_text("b")
    with pytest.raises(UserError, match=r"have changed .*what .*/in holds is "):
        work(tmp_path / "out", 5, resume=True, reads=str(tmp_path / "in"))


def test_nothing_is_left_where_nothing_was_done(tmp_path: Path) -> None:
    stopped(tmp_path / "out", 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("held", ["", "\n", "{}", "not json\n", "[1]\n"])
def test_a_journal_that_is_none_is_no_traceback(tmp_path: Path, held: str) -> None:
    (tmp_path / "out.partial").write_text(held)
    if held.endswith("\n"):
        with pytest.raises(UserError, match="partial"):
            work(tmp_path / "out", 1, resume=True)
    else:
        assert work(tmp_path / "out", 1, resume=True) == [0]


def test_two_commands_never_write_one_output(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "out.partial"), pytest.raises(UserError, match="in use by process"):
        work(tmp_path / "out", 1, resume=False)


def test_a_journal_is_not_followed_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / "out.partial").symlink_to(tmp_path / "theirs")
    with pytest.raises(UserError, match="can't write"):
        work(tmp_path / "out", 1, resume=False)
    assert (tmp_path / "theirs").read_text() == "precious"


@dataclass
class Inner:
    pair: tuple[Fraction, int]
    many: tuple[str, ...] = ()


@dataclass
class Outer:
    counts: Counter[str]
    by_name: dict[str, Inner] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    perhaps: Inner | None = None


def test_what_is_kept_comes_back_as_it_was() -> None:
    inner = Inner((Fraction(1, 3), 2), ("a", "b"))
    whole = Outer(Counter(a=2), {"x": inner}, {"y": None}, ["\ud83d\n"], inner)
    assert restored(Outer, plain(whole)) == whole
    assert restored(Outer, plain(Outer(Counter()))) == Outer(Counter())
