"""Rows as they came over the socket → what the model or script takes: a frame, an array, lists, texts, tensors."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List, Optional

from plimsoll.worker.libraries import library
from plimsoll.worker.values import Batch, Matrix, Table, Tensor

# Whole numbers up to here are the same in float64.
_EXACT = float(1 << 53)


def as_taken(
    batch: Batch, call: Optional[Dict[str, Any]], names: Optional[List[str]], missing: Optional[Dict[int, Any]] = None
) -> Any:
    """
    The batch in the container of `call`; `names`: columns as the model knows them, where the batch has no names;
    `missing`: what stands for missing text, by place of the column, where it is not NaN in a frame and None elsewhere.
    Without libraries every container but `tensors` is a list.
    """
    container = (call or {}).get("container", "array")
    dtype, dtypes = (call or {}).get("dtype"), (call or {}).get("dtypes") or {}
    if isinstance(batch, (Matrix, Table)):
        if container == "frame" and library("pandas") is not None:
            return as_frame(batch, names, dtypes, dtype, missing or {})
        if container == "list" or library("numpy") is None:
            return as_lists(batch)
        plain = as_array(batch, dtype, missing or {})
        return {"input": plain} if container == "tensors" else plain
    found = {tensor.name: shaped(tensor) for tensor in batch.tensors}
    if container == "tensors":
        return found
    return next(iter(found.values())) if len(found) == 1 else found


def as_array(batch: Batch, dtype: Optional[str], missing: Dict[int, Any]) -> Any:
    """An ndarray `[rows, columns]`: of float64, or of objects where a column holds text."""
    numpy = library("numpy")
    assert numpy is not None
    if isinstance(batch, Matrix):
        return exactly(batch.data, dtype)
    assert isinstance(batch, Table)
    if all(column.type == "number" for column in batch.columns):
        plain = numpy.empty((batch.rows, len(batch.columns)))
        for index, column in enumerate(batch.columns):
            plain[:, index] = column.values
        return exactly(plain, dtype)
    plain = numpy.empty((batch.rows, len(batch.columns)), dtype=object)
    for index, column in enumerate(batch.columns):
        plain[:, index] = _texts(numpy, column.values, missing.get(index)) if column.type == "string" else column.values
    return plain


def as_frame(
    batch: Batch, names: Optional[List[str]], dtypes: Dict[str, str], dtype: Optional[str], missing: Dict[int, Any]
) -> Any:
    """
    A DataFrame with the model's names, or those of the batch; missing text is NaN, as pandas reads it from a file, but where
    `missing` has None for the place of its column.
    """
    pandas = library("pandas")
    numpy = library("numpy")
    assert pandas is not None and numpy is not None
    if isinstance(batch, Matrix):
        columns = names if names is not None and len(names) == batch.width else batch.names
        if not dtypes:
            return pandas.DataFrame(exactly(batch.data, dtype), columns=columns, copy=False)
        keys: List[Any] = list(columns) if columns is not None else list(range(batch.width))
        series = {key: batch.data[:, index] for index, key in enumerate(keys)}
    else:
        assert isinstance(batch, Table)
        keys = [column.name for column in batch.columns]
        if names is not None and len(names) == len(keys) and set(names) != set(keys):
            keys = list(names)
        places = names if names is not None and set(names) == set(keys) else keys
        stand_ins = [missing.get(places.index(key), math.nan) for key in keys]
        series = {key: _column_of(numpy, *each) for key, *each in zip(keys, batch.columns, stand_ins)}
        if names is not None and set(names) == set(keys):
            keys = list(names)
    typed = {key: _typed(pandas, values, dtypes.get(str(key), dtype)) for key, values in series.items()}
    # pandas would make text that it finds in an array of objects its own type, in which None becomes NaN.
    typed = {key: pandas.Series(each, dtype=object) if _holds_none(each) else each for key, each in typed.items()}
    return pandas.DataFrame(typed, columns=keys, copy=False)


def as_lists(batch: Batch) -> List[List[Any]]:
    """One list a row; whole columns of numbers stay floats, what is missing is None."""
    if isinstance(batch, Matrix):
        flat = batch.data.reshape(-1).tolist() if hasattr(batch.data, "reshape") else list(batch.data)
        cells = [None if value != value else value for value in flat]
        return [cells[row * batch.width : (row + 1) * batch.width] for row in range(batch.rows)]
    assert isinstance(batch, Table)
    columns = [
        column.values if column.type == "string" else [None if value != value else value for value in _list(column.values)]
        for column in batch.columns
    ]
    return [list(row) for row in zip(*columns)] if columns else [[] for _ in range(batch.rows)]


def as_texts(batch: Batch) -> List[Optional[str]]:
    """One text a row: the only column."""
    if isinstance(batch, Table) and len(batch.columns) == 1 and batch.columns[0].type == "string":
        return list(batch.columns[0].values)
    raise ValueError("a text a row is wanted, and the rows are not one column of text")


def exactly(plain: Any, dtype: Optional[str]) -> Any:
    """The array in this type. To whole numbers only where none changes, as pandas would have read the column."""
    if dtype is None or dtype in ("float64", "object", plain.dtype.name):
        return plain
    numpy = library("numpy")
    assert numpy is not None
    wanted = numpy.dtype(dtype)
    if wanted.kind in "iu":
        low, high = numpy.iinfo(wanted).min, numpy.iinfo(wanted).max
        with numpy.errstate(invalid="ignore"):
            fits = (plain == numpy.floor(plain)) & (abs(plain) <= _EXACT) & (plain >= low) & (plain <= high)
        return plain.astype(wanted) if fits.all() else plain
    if wanted.kind == "b":
        return plain.astype(wanted) if ((plain == 0) | (plain == 1)).all() else plain
    return plain.astype(wanted)


def _column_of(numpy: Any, column: Any, missing: Any) -> Any:
    return column.values if column.type == "number" else _texts(numpy, column.values, missing)


def _texts(numpy: Any, values: List[Optional[str]], missing: Any) -> Any:
    found = numpy.empty(len(values), dtype=object)
    found[:] = values if missing is None else [missing if value is None else value for value in values]
    return found


def _holds_none(values: Any) -> bool:
    return getattr(values.dtype, "kind", "") == "O" and values.dtype.name == "object" and any(each is None for each in values)


def _typed(pandas: Any, values: Any, dtype: Optional[str]) -> Any:
    """A column in the type that it had when the model was fitted, where its values allow it."""
    if dtype in (None, "float64", "object"):
        return values
    if dtype is not None and dtype.startswith("category["):
        return _categorical(pandas, values, json.loads(dtype[len("category") :]))
    if values.dtype.kind == "f" and dtype in _NUMPY:
        return exactly(values, dtype)
    if dtype == "bool" and values.dtype.kind == "O":
        known = {"true": True, "false": False}
        cells = [known.get(value.lower(), value) if isinstance(value, str) else value for value in values]
        return pandas.Series(cells, dtype="bool" if all(isinstance(each, bool) for each in cells) else "object")
    return pandas.Series(values).astype(dtype)


def _categorical(pandas: Any, values: Any, categories: List[Any]) -> Any:
    """The categories of training, in their order: those of one batch would give the same text other codes."""
    cells = values.tolist()
    if all(isinstance(each, bool) for each in categories):
        cells = [bool(each) if each == each else None for each in cells]
    return pandas.Series(pandas.Categorical(cells, categories=categories))


_NUMPY = ("float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool")


def _list(values: Any) -> List[Any]:
    found: List[Any] = values.tolist()
    return found


def shaped(tensor: Tensor) -> Any:
    """A tensor's data with its shape: strings as an array of objects, or nested lists without numpy."""
    numpy = library("numpy")
    if numpy is None:
        return _nested(list(tensor.data), tensor.shape)
    if tensor.dtype == "string":
        plain = numpy.empty(len(tensor.data), dtype=object)
        plain[:] = tensor.data
        return plain.reshape(tensor.shape)
    return tensor.data


def _nested(flat: List[Any], shape: Any) -> Any:
    if len(shape) <= 1:
        return flat
    step = 1
    for size in shape[1:]:
        step *= size
    return [_nested(flat[at * step : (at + 1) * step], shape[1:]) for at in range(shape[0])]
