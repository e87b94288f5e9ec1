"""The sample that a model is saved with: what its container and columns are, and its rows as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from plimsoll.errors import PlimsollError
from plimsoll.values import json_cell, to_json

#: Types of tensors that a signature knows (`src/model/tensor.ts`).
DTYPES = (
    "float64", "float32", "float16", "int64", "uint64", "int32", "uint32", "int16", "uint16", "int8", "uint8", "bool",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a table. `dtype` is how the worker makes it again, None where that is the default."""

    name: str
    named: bool
    #: `number`, `string` or `bool`.
    type: str
    dtype: Optional[str]
    #: Whether the type itself can hold nothing, and whether a value of the sample is missing.
    holds_missing: bool
    has_missing: bool
    categories: Optional[List[Any]] = None


@dataclass(frozen=True)
class Sample:
    """`data` is what the person gave, `call` how a worker makes the like of it."""

    data: Any
    rows: int
    #: `table`, `text` or `tensors`.
    form: str
    call: Dict[str, Any]
    columns: List[Column] = field(default_factory=list)
    tensors: List[Dict[str, Any]] = field(default_factory=list)

    def chosen(self, limit: int) -> List[int]:
        """Rows at even distances, the first and the last among them; always the same ones."""
        if self.rows <= limit:
            return list(range(self.rows))
        return [at * (self.rows - 1) // (limit - 1) for at in range(limit)]

    def take(self, rows: Sequence[int]) -> Any:
        """These rows, in the sample's own container."""
        if self.form == "tensors" and isinstance(self.data, dict):
            return {name: value[list(rows)] for name, value in self.data.items()}
        if self.call["container"] == "list":
            return [self.data[at] for at in rows]
        return self.data.iloc[list(rows)] if hasattr(self.data, "iloc") else self.data[list(rows)]

    def body(self, rows: Sequence[int]) -> Dict[str, Any]:
        """These rows as the body of a request for predictions."""
        taken = self.take(rows)
        if self.form == "text":
            return {"instances": [str(text) for text in taken]}
        if self.form == "tensors":
            if not isinstance(taken, dict):
                return {"instances": to_json(_array(taken))}
            lists = {name: to_json(_array(value)) for name, value in taken.items()}
            if len(lists) == 1:
                return {"instances": next(iter(lists.values()))}
            return {"instances": [dict(zip(lists, cells)) for cells in zip(*lists.values())]}
        columns = table_cells(self, taken)
        data = [list(row) for row in zip(*columns)]
        if not any(column.named for column in self.columns):
            return {"instances": data}
        return {"dataframe_split": {"columns": [column.name for column in self.columns], "data": data}}


def table_cells(sample: Sample, taken: Any) -> List[List[Any]]:
    """Cells of each column as JSON values."""
    if hasattr(taken, "columns"):
        series = [taken[column.name] for column in sample.columns]
        return [
            [_text_of(value, column) for value in values.tolist()] for values, column in zip(series, sample.columns)
        ]
    array = _array(taken)
    return [[_text_of(value, column) for value in array[:, at].tolist()] for at, column in enumerate(sample.columns)]


def _text_of(value: Any, column: Column) -> Any:
    # A moment is sent as text and made a moment again by the worker.
    if hasattr(value, "isoformat") and type(value).__name__ != "NaTType":
        return str(value.isoformat())
    cell = json_cell(value)
    return int(cell) if isinstance(cell, bool) and column.type == "number" else cell


def refused(what: str, hint: str) -> PlimsollError:
    return PlimsollError("SAMPLE_INVALID", f"Cannot save with this sample: {what}.", hint)


def read_sample(sample: Any, tensors: bool = False, input_name: str = "input") -> Sample:
    """What a sample is; raises SAMPLE_INVALID. `tensors`: the model takes tensors, whatever holds them."""
    if isinstance(sample, dict):
        return _tensors({str(name): value for name, value in sample.items()}, sample)
    if hasattr(sample, "iloc") and hasattr(sample, "columns"):
        if tensors:
            raise refused("it is a DataFrame, and this model takes tensors", "Give an array, or a dict of arrays by input.")
        return _frame(sample)
    if hasattr(sample, "iloc") or isinstance(sample, (list, tuple)):
        return _list(list(sample), tensors, input_name)
    if hasattr(sample, "toarray"):
        sample = sample.toarray()
    if not hasattr(sample, "shape") or not hasattr(sample, "dtype"):
        raise refused(
            f"it is a {type(sample).__name__}",
            "Give some rows of the training data: a DataFrame, a 2-D array, a list of texts, or a dict of arrays.",
        )
    if tensors or hasattr(sample, "detach") or len(sample.shape) > 2:
        return _tensors({input_name: sample}, sample)
    return _array_sample(_array(sample))


def _list(rows: List[Any], tensors: bool, input_name: str) -> Sample:
    import numpy

    if not rows:
        raise refused("it has no rows", "Give at least one row.")
    if all(isinstance(row, str) for row in rows):
        return Sample(rows, len(rows), "text", {"container": "list"}, [Column("text", False, "string", None, False, False)])
    if any(isinstance(row, (str, dict)) or not hasattr(row, "__len__") for row in rows):
        raise refused(
            f"it is a list of {type(rows[0]).__name__}",
            "Give a DataFrame, a 2-D array, or a list in which every row is a text.",
        )
    return read_sample(numpy.asarray(rows), tensors, input_name)


def _array_sample(array: Any) -> Sample:
    if array.ndim == 1 and array.dtype.kind in "UO" and all(isinstance(text, str) for text in array):
        return _list(array.tolist(), False, "")
    if array.ndim != 2 or not len(array):
        raise refused(
            f"it is an array of shape {tuple(array.shape)}", "Give rows and columns: for one row, `X[:1]` or `X.reshape(1, -1)`."
        )
    columns = []
    for at in range(array.shape[1]):
        kind, missing = _kind(array[:, at], f"x{at}")
        columns.append(Column(f"x{at}", False, kind, None, array.dtype.kind in "fOUc", missing))
    call = {"container": "array", "dtype": "object" if array.dtype.kind in "OU" else array.dtype.name}
    return Sample(array, len(array), "table", call, columns)


def _frame(frame: Any) -> Sample:
    names = list(frame.columns)
    if not len(frame) or not names:
        raise refused(f"it has {len(frame)} rows and {len(names)} columns", "Give at least one row.")
    if not all(isinstance(name, str) for name in names):
        if all(kind == frame.dtypes.iloc[0] for kind in frame.dtypes) and frame.dtypes.iloc[0].kind in "iufb":
            return _array_sample(frame.to_numpy())
        raise refused("the names of its columns are no texts", "Rename them: `X.columns = [str(c) for c in X.columns]`.")
    if len(set(names)) < len(names):
        raise refused("a name stands for two columns", "Give every column a name of its own.")
    columns = [_frame_column(name, frame[name]) for name in names]
    dtypes = {column.name: column.dtype for column in columns if column.dtype is not None}
    call: Dict[str, Any] = {"container": "frame", **({"dtypes": dtypes} if dtypes else {})}
    return Sample(frame, len(frame), "table", call, columns)


def _frame_column(name: str, values: Any) -> Column:
    dtype = values.dtype
    missing = bool(values.isna().any())
    text = str(dtype)
    if text == "category":
        categories = [json_cell(value) for value in dtype.categories]
        kind = "bool" if categories and all(isinstance(value, bool) for value in categories) else _kind_of(categories, name)
        # The codes of a category follow the order of all categories, not of those in one request.
        return Column(name, True, kind, f"category{json.dumps(categories, ensure_ascii=False)}", True, missing, categories)
    if getattr(dtype, "kind", "") == "M":
        return Column(name, True, "string", text, True, missing)
    if getattr(dtype, "kind", "") in "mc" or text.startswith(("period", "interval")):
        raise refused(
            f'column "{name}" holds {text}', "Make it numbers or texts before the model sees it: `.dt.total_seconds()`, `.astype(str)`."
        )
    if text == "object":
        kind, missing = _kind(values.to_numpy(), name)
        return Column(name, True, kind, "object", True, missing)
    if text in ("str", "string") or text.startswith("string["):
        return Column(name, True, "string", text, True, missing)
    extension = not hasattr(dtype, "isbuiltin")
    holds = extension or dtype.kind == "f"
    return Column(name, True, "number", None if text == "float64" else text, holds, missing)


def _kind(values: Any, name: str) -> Any:
    """Type of a column of objects, and whether a value is missing."""
    cells = [_object_cell(value, name) for value in values.tolist()]
    there = [value for value in cells if value is not None]
    return _kind_of(there, name), len(there) < len(cells)


def _object_cell(value: Any, name: str) -> Any:
    try:
        return json_cell(value)
    except PlimsollError as error:
        raise refused(
            f'column "{name}" holds a {type(value).__name__}', "Columns of numbers, booleans, texts and dates can be served."
        ) from error


def _kind_of(cells: List[Any], name: str) -> str:
    texts = sum(isinstance(value, str) and value not in ("Infinity", "-Infinity") for value in cells)
    if texts == 0:
        return "number"
    if texts < len(cells):
        raise refused(f'column "{name}" mixes texts with other values', "Make every value of it a text, or a number.")
    return "string"


def _tensors(inputs: Dict[str, Any], data: Any) -> Sample:
    described = []
    counts = set()
    for name, value in inputs.items():
        array = _array(value)
        kind = "string" if array.dtype.kind in "UO" else array.dtype.name
        if array.ndim == 0 or (kind != "string" and kind not in DTYPES):
            raise refused(f'input "{name}" is of type {kind} and shape {tuple(array.shape)}', "Give arrays of numbers, one entry a row.")
        described.append({"name": name, "dtype": kind, "shape": [-1, *array.shape[1:]]})
        counts.add(len(array))
    if len(counts) != 1 or counts == {0}:
        raise refused(f"its inputs have {sorted(counts)} rows", "Give the same number of rows for every input, at least one.")
    return Sample(data, counts.pop(), "tensors", {"container": "tensors"}, [], described)


def _array(value: Any) -> Any:
    import numpy

    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            raise refused("it holds bfloat16", "Give float32: `sample.float()`.")
        return value.numpy()
    return numpy.asarray(value)
