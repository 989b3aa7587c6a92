"""Rows of Parquet files, of saved data sets and of the hub, by the libraries that made them; and rows into Parquet.

Arrow gives the objects of a column all the same keys, so within a cell what is None is taken as not there; a cell that
is None stays so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_modules
from trace_trainer.engine.rows.notes import say_once
from trace_trainer.engine.rows.sources import HUB, Form, Source, open_bytes

_BATCH = 256


def table_rows(source: Source) -> Iterator[dict[str, Any]]:
    """The rows of a source of one of these forms. Raises UserError where it can't be read, or a library is missing."""
    library = "pyarrow" if source.form is Form.PARQUET else "datasets"
    form = " from the hub" if source.form is Form.ON_HUB else f", {source.form},"
    require_modules("train", (library,), f"reading {source.name}{form}")
    batches = _parquet(source) if source.form is Form.PARQUET else _data_set(source)
    for batch in batches:
        yield from ({name: _present(cell) for name, cell in row.items()} for row in batch)


def parquet_bytes(rows: Sequence[Mapping[str, Any]], name: str) -> bytes:
    """The rows as a Parquet file. Raises UserError where a column's values are of several types."""
    import pyarrow
    from pyarrow import parquet

    whole = [_whole(row) for row in rows]
    changed = sum(ours != theirs for ours, theirs in zip(whole, rows, strict=True))
    if changed:
        say_once(f"{name}: {changed} of {len(rows)} rows hold half a character, which stands there as \ufffd")
    columns = dict.fromkeys(column for row in whole for column in row)
    try:
        table = pyarrow.table({column: [row.get(column) for row in whole] for column in columns})
        stream = io.BytesIO()
        parquet.write_table(table, stream)
    except (pyarrow.ArrowException, UnicodeError, OverflowError) as error:
        reason = str(error).splitlines()[0][:200]
        raise UserError(
            f"{name}: rows that Parquet can't hold ({reason}); .jsonl holds what the input does"
        ) from None
    return stream.getvalue()


def _whole(value: Any) -> Any:
    """The value with U+FFFD for each half of a character, which no text of Parquet can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_whole(key): _whole(held) for key, held in value.items()}
    return [_whole(held) for held in value] if isinstance(value, list) else value


def _present(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {key: _present(value) for key, value in cell.items() if value is not None}
    return [_present(value) for value in cell] if isinstance(cell, list) else cell


def _parquet(source: Source) -> Iterator[list[dict[str, Any]]]:
    import pyarrow
    from pyarrow import parquet

    with open_bytes(source.path) as stream:
        try:
            file = parquet.ParquetFile(stream if hasattr(stream, "fileno") else io.BytesIO(stream.read()))
            for batch in file.iter_batches(batch_size=_BATCH):
                yield batch.to_pylist()
        except pyarrow.ArrowException as error:
            raise UserError(
                f"{source.name} can't be read as Parquet: {str(error).splitlines()[0][:200]}"
            ) from None


def _data_set(source: Source) -> Iterator[list[dict[str, Any]]]:
    try:
        found = _on_hub(source.path) if source.form is Form.ON_HUB else _saved(source.path)
        chosen = _split(found, source) if isinstance(found, dict) else found
        for table in chosen.with_format("arrow").iter(batch_size=_BATCH):
            yield table.to_pylist()
    except UserError:
        raise
    except Exception as error:  # the library raises many kinds, and all of them mean the same here
        # What can be chosen stands in the further lines of one kind, in others only what led to it.
        said = str(error) if isinstance(error, ValueError) else str(error).partition("\n")[0]
        reason = " ".join(said.split())[:300] or type(error).__name__
        is_bare = source.form is Form.ON_HUB and not source.name.startswith(HUB)
        missing = "is no file or folder here, and the hub does not give it" if is_bare else "can't be read"
        raise UserError(f"{source.name} {missing}: {reason}") from None


def _saved(path: str) -> Any:
    from datasets import load_from_disk

    return load_from_disk(path)


def _on_hub(path: str) -> Any:
    """The data set of `hub:NAME[:config][:split]`; the one part behind a name is the split where it has that one."""
    from datasets import get_dataset_config_names, load_dataset

    name, *parts = path.removeprefix(HUB).split(":")
    if len(parts) > 2 or not name:
        raise UserError(f"{path}: a data set on the hub is written {HUB}NAME[:config][:split]")
    config, split = (*parts, None, None)[:2]
    if config and not split and config not in get_dataset_config_names(name):
        config, split = None, config
    return load_dataset(name, config or None, split=split or None)


def _split(splits: Mapping[str, Any], source: Source) -> Any:
    """The split to read where none is named: the only one, else `train`, which is said.

    Raises UserError where neither is there.
    """
    name = next(iter(splits)) if len(splits) == 1 else "train"
    how = f"{source.name}:{{}}" if source.form is Form.ON_HUB else f"{source.path}/{{}}"
    if name not in splits:
        raise UserError(
            f"{source.name} has the splits {', '.join(splits)}; name one: {how.format(next(iter(splits)))}"
        )
    if len(splits) > 1:
        others, hint = ", ".join(split for split in splits if split != name), how.format("NAME")
        say_once(f"{source.name}: the split {name} is read, not {others}; name another as {hint}")
    return splits[name]
