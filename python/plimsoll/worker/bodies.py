"""Rows as the bodies that SageMaker's functions get, and what `output_fn` answers as values again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, List, Optional, Union

from plimsoll.worker.failures import OutputError
from plimsoll.worker.frames import as_lists
from plimsoll.worker.libraries import library
from plimsoll.worker.values import Batch, Matrix, Table, Tensors

JSON, CSV, NPY, TEXT = "application/json", "text/csv", "application/x-npy", "text/plain"
CONTENT_TYPES = (JSON, CSV, NPY, TEXT)


def body_of(batch: Batch, content_type: str) -> Optional[Union[str, bytes]]:
    """
    Rows as a body: in JSON a list of objects where the columns have names, else of lists (a bare text where that is all);
    in CSV lines without a header; in NumPy's format a matrix; in plain text the one column of texts, a line a row. None
    where they have no such form.
    """
    if content_type == NPY:
        return _npy_of(batch)
    if content_type == TEXT:
        return _plain_of(batch)
    rows = rows_of(batch, with_names=content_type == JSON)
    if content_type == JSON:
        return json.dumps(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if cell is None else _whole(cell) for cell in (row if isinstance(row, list) else [row])])
    return text.getvalue()


def _npy_of(batch: Batch) -> Optional[bytes]:
    numpy = library("numpy")
    if numpy is None or not isinstance(batch, Matrix):
        return None
    held = io.BytesIO()
    numpy.save(held, numpy.asarray(as_lists(batch), dtype="float64"))
    return held.getvalue()


def _plain_of(batch: Batch) -> Optional[bytes]:
    if not isinstance(batch, Table) or len(batch.columns) != 1 or batch.columns[0].type != "string":
        return None
    return "\n".join(text or "" for text in batch.columns[0].values).encode()


def rows_of(batch: Batch, with_names: bool) -> Any:
    """Rows as plain lists, objects or, of tensors, an object of nested lists."""
    if isinstance(batch, Tensors):
        found = {each.name: each.data.tolist() if hasattr(each.data, "tolist") else list(each.data) for each in batch.tensors}
        return next(iter(found.values())) if len(found) == 1 else found
    lists = as_lists(batch)
    names = names_of(batch)
    if not with_names or names is None:
        return lists
    return [dict(zip(names, row)) for row in lists]


def names_of(batch: Batch) -> Optional[List[str]]:
    """Names of its columns; None where they were only numbered (`x0`, `x1`, …)."""
    names = batch.names if isinstance(batch, Matrix) else None
    if isinstance(batch, Table):
        names = [each.name for each in batch.columns]
    if names is None or list(names) == [f"x{at}" for at in range(len(names))]:
        return None
    return list(names)


def answer_of(answer: Any) -> Any:
    """
    What `output_fn` or `transform_fn` answers, as values: text of JSON or CSV, alone or with its content type; or
    anything else as it is. `{"predictions": …}` and its like stand for what is in them. Raises `OutputError`.
    """
    kind = ""
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], str) and "/" in answer[1]:
        answer, kind = answer
    if isinstance(answer, (bytes, bytearray)):
        answer = bytes(answer).decode("utf-8")
    if not isinstance(answer, str):
        return answer
    if "csv" not in kind:
        try:
            return _unwrapped(json.loads(answer))
        except ValueError:
            if "json" in kind:
                raise OutputError("output_fn answers text that is no JSON") from None
    return _of_csv(answer)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((key, inner),) = value.items()
        if key in ("predictions", "instances", "outputs") and isinstance(inner, list):
            return inner
    return value


def _of_csv(text: str) -> Any:
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    cells = [[_cell(each) for each in row] for row in rows]
    return [row[0] for row in cells] if all(len(row) == 1 for row in cells) else cells


def _cell(text: str) -> Any:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return text


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
