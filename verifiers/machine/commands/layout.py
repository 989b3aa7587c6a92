"""Text tables as the tools print them: columns as wide as their widest cell, one space apart, some right-aligned."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def layout(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[str] = (),
    show_header: bool = True,
) -> str:
    """The lines of a table; columns whose header is in `right` are aligned right. Trailing spaces are left out."""
    shown = [header, *rows] if show_header else rows
    widths = [max((len(row[column]) for row in shown), default=0) for column in range(len(header))]
    lines = []
    for row in shown:
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        ]
        lines.append(" ".join(cells).rstrip() + "\n")
    return "".join(lines)
