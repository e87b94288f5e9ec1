"""Anything that a model or script answers → named tensors; what cannot be one is refused with the reason."""

from __future__ import annotations

from array import array
from typing import Any, Dict, List, Optional, Sequence, Tuple

from plimsoll.worker.failures import OutputError
from plimsoll.worker.libraries import imported
from plimsoll.worker.values import Parts, Tensor

# Cells of a sparse matrix that is made dense: 128 MiB of float64.
DENSE_LIMIT = 1 << 24
DEPTH_LIMIT = 16
_INTEGER = (-(1 << 63), (1 << 63) - 1)
_KEPT = {
    "float64", "float32", "float16", "int64", "uint64", "int32", "uint32", "int16", "uint16", "int8", "uint8", "bool",
}  # fmt: skip

# Types of ml_dtypes, which every float32 holds.
_WIDENED = {"bfloat16", "float8_e4m3fn", "float8_e5m2"}


def named(answer: Any, name: str, rows: int) -> Dict[str, Parts]:
    """
    Outputs of one answer: a dict or a frame holds several, a tuple `name_0`, `name_1`, …; all else is the output `name`.
    Raises `OutputError`.
    """
    pandas = imported("pandas")
    if pandas is not None and isinstance(answer, pandas.DataFrame):
        return _frame(answer, name, rows)
    if isinstance(answer, dict) or _is_mapping(answer):
        found = {str(key): output(value, str(key), rows) for key, value in answer.items()}
        if not found:
            raise OutputError("the answer is an empty dict, where at least one output is wanted")
        return found
    if isinstance(answer, tuple) and answer and all(_has_rows(each) for each in answer):
        names = getattr(answer, "_fields", [f"{name}_{index}" for index in range(len(answer))])
        return {each: output(value, each, rows) for each, value in zip(names, answer)}
    if isinstance(answer, list) and answer and all(isinstance(each, dict) for each in answer):
        return _records(answer, rows)
    return {name: output(answer, name, rows)}


def output(value: Any, name: str, rows: int) -> Parts:
    """One output: a tensor of one entry a row, or a list of such. Raises `OutputError`."""
    if isinstance(value, (list, tuple)) and value and all(_is_matrix(each, rows) for each in value):
        return [_checked(_tensor(each, name), rows) for each in value]
    return _checked(_tensor(value, name), rows)


def _checked(tensor: Tensor, rows: int) -> Tensor:
    if tensor.shape == () and rows == 1:
        return tensor._replace(shape=(1,), data=_flat(tensor.data))
    if not tensor.shape or tensor.shape[0] != rows:
        shape = "x".join(map(str, tensor.shape)) or "one value"
        raise OutputError(f"output {tensor.name} is {shape} for {rows} rows, where it needs one entry a row")
    return tensor


def _flat(data: Any) -> Any:
    return data.reshape(-1) if hasattr(data, "reshape") else data


def _tensor(value: Any, name: str) -> Tensor:
    plain = _as_array(value, name)
    numpy = imported("numpy")
    if numpy is not None and isinstance(plain, (numpy.ndarray, numpy.generic)):
        return _of_array(numpy, numpy.asarray(plain), name)
    return _of_lists(plain, name)


def _as_array(value: Any, name: str) -> Any:
    """What other libraries call a tensor, a series or a sparse matrix, as numpy's array; all else as it is."""
    torch, pandas, sparse = imported("torch"), imported("pandas"), imported("scipy.sparse")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        return (value.float() if value.dtype == torch.bfloat16 else value.resolve_conj().resolve_neg()).numpy()
    if sparse is not None and sparse.issparse(value):
        cells = value.shape[0] * value.shape[1]
        if cells > DENSE_LIMIT:
            raise OutputError(f"output {name} is a sparse matrix of {cells} cells, at most {DENSE_LIMIT} are sent")
        return value.toarray()
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series, pandas.Index)):
        return _of_pandas(value)
    if isinstance(value, (list, tuple, str, bytes, bool, int, float, array)) or value is None:
        return value
    if hasattr(value, "numpy") and callable(value.numpy):
        return value.numpy()
    if hasattr(value, "__array__"):
        import numpy

        return numpy.asarray(value)
    return value


def _of_pandas(value: Any) -> Any:
    """A frame or series as an array; extension types become numbers (missing: NaN) or objects."""
    try:
        if all(kind.kind in "iufb" for kind in (value.dtypes if value.ndim == 2 else [value.dtype])):
            has_missing = value.isna().to_numpy().any()
            return value.to_numpy(dtype="float64", na_value=float("nan")) if has_missing else value.to_numpy()
    except (TypeError, ValueError, AttributeError):
        pass
    return value.to_numpy(dtype=object)


def _of_array(numpy: Any, plain: Any, name: str) -> Tensor:
    kind = plain.dtype.kind
    if kind in "USO" or (kind == "T"):
        return _of_lists(plain.tolist(), name, plain.shape)
    if kind == "f" and plain.dtype.itemsize > 8:
        plain = plain.astype("float64")
    dtype = plain.dtype.name
    if dtype in _WIDENED:
        plain, dtype = plain.astype("float32"), "float32"
    if dtype not in _KEPT:
        raise OutputError(f"output {name} holds {dtype}, where numbers, booleans or text can be sent")
    return Tensor(name, dtype, tuple(plain.shape), plain)


def _of_lists(value: Any, name: str, shape: Optional[Tuple[int, ...]] = None) -> Tensor:
    """Nested lists of one shape, or one scalar, whose leaves are all of one kind."""
    if isinstance(value, array):
        value = value.tolist()
    flat: List[Any] = []
    found = _flatten(value, flat, name, DEPTH_LIMIT)
    dtype = _kind(flat, name)
    data: Sequence[Any] = flat
    if dtype != "string":
        data = array({"bool": "B", "int64": "q", "float64": "d"}[dtype], flat)
    return Tensor(name, dtype, shape if shape is not None else found, data)


def _flatten(value: Any, flat: List[Any], name: str, depth: int) -> Tuple[int, ...]:
    """Appends the leaves in order; the shape. A plain list of scalars, the common case, is taken at once."""
    if isinstance(value, (list, tuple)):
        if depth == 0:
            raise OutputError(f"output {name} is nested more than {DEPTH_LIMIT} deep")
        if not any(isinstance(each, (list, tuple)) or hasattr(each, "__array__") for each in value):
            flat.extend(value)
            return (len(value),)
        shapes = {_flatten(each, flat, name, depth - 1) for each in value}
        if len(shapes) > 1:
            raise OutputError(f"output {name} has rows of different shapes: {sorted(map(str, shapes))[:3]}")
        return (len(value), *shapes.pop())
    if hasattr(value, "__array__") or hasattr(value, "detach"):
        plain = _as_array(value, name)
        if getattr(plain, "ndim", 0) == 0:
            flat.append(plain.item())
            return ()
        return _flatten(plain.tolist(), flat, name, depth)
    flat.append(value)
    return ()


def _kind(flat: List[Any], name: str) -> str:
    types = set(map(type, flat))
    if types <= {str} and types:
        return "string"
    if types == {bool}:
        return "bool"
    if types <= {int, float}:
        if types <= {float}:
            return "float64"
        if types == {int} and all(_INTEGER[0] <= each <= _INTEGER[1] for each in flat):
            return "int64"
        return _floats(flat)
    if types <= {int, float, type(None)}:
        flat[:] = [float("nan") if each is None else each for each in flat]
        return _floats(flat)
    return _kind_of_others(flat, name)


def _kind_of_others(flat: List[Any], name: str) -> str:
    """numpy's scalars and subclasses of str become what they stand for; the first that is neither is named."""
    for at, each in enumerate(flat):
        if isinstance(each, str):
            flat[at] = str(each)
        elif isinstance(each, bytes) and _is_text(each):
            # TensorFlow's texts are bytes.
            flat[at] = each.decode("utf-8")
        elif hasattr(each, "dtype") and hasattr(each, "item"):
            flat[at] = each.item()
        if not isinstance(flat[at], (str, bool, int, float)):
            raise OutputError(
                f"output {name} holds {type(each).__name__} ({_short(each)}) at place {at}: "
                "numbers, booleans or text can be sent"
            )
    types = {str if isinstance(each, str) else bool if isinstance(each, bool) else float for each in flat}
    if len(types) > 1:
        names = ", ".join(sorted({type(each).__name__ for each in flat}))
        raise OutputError(f"output {name} mixes {names}, where one type is wanted")
    return _kind(flat, name)


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _floats(flat: List[Any]) -> str:
    flat[:] = map(float, flat)
    return "float64"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _frame(frame: Any, name: str, rows: int) -> Dict[str, Parts]:
    """Columns with names are outputs of their own; those that are only numbered are one matrix."""
    if all(isinstance(column, str) for column in frame.columns) and len(frame.columns):
        return {column: output(frame[column], column, rows) for column in frame.columns}
    return {name: output(frame, name, rows)}


def _records(answer: List[Dict[Any, Any]], rows: int) -> Dict[str, Parts]:
    """One dict a row → one output a key."""
    keys = list(answer[0])
    for at, row in enumerate(answer):
        if list(row) != keys and set(row) != set(keys):
            raise OutputError(f"row {at} of the answer has the keys {list(row)}, the first has {keys}")
    return {str(key): output([row[key] for row in answer], str(key), rows) for key in keys}


def _is_mapping(value: Any) -> bool:
    from collections.abc import Mapping

    return isinstance(value, Mapping)


def _has_rows(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (hasattr(value, "shape") and len(value.shape) > 0)


def _is_matrix(value: Any, rows: int) -> bool:
    shape = getattr(value, "shape", None)
    return shape is not None and len(shape) == 2 and shape[0] == rows
