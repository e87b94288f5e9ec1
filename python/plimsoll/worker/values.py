"""Batches and tensors as they cross the socket: views of the frame with numpy, arrays and lists of Python without.

Text has Arrow's layout of Utf8: validity bitmap (least bit first, 1 = there), int32 offsets, bytes.
"""

from __future__ import annotations

import struct
import sys
from array import array
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union

from plimsoll.worker.libraries import library
from plimsoll.worker.protocol import ProtocolError

# numpy's name of each type, array's code (None: neither), and bytes a value.
_TYPES: Dict[str, Tuple[str, Optional[str], int]] = {
    "float64": ("<f8", "d", 8),
    "float32": ("<f4", "f", 4),
    "float16": ("<f2", None, 2),
    "int64": ("<i8", "q", 8),
    "uint64": ("<u8", "Q", 8),
    "int32": ("<i4", "i", 4),
    "uint32": ("<u4", "I", 4),
    "int16": ("<i2", "h", 2),
    "uint16": ("<u2", "H", 2),
    "int8": ("|i1", "b", 1),
    "uint8": ("|u1", "B", 1),
    "bool": ("|b1", "B", 1),
}
_COUNT_LIMIT = 1 << 31


class Tensor(NamedTuple):
    """`data`: an ndarray of `shape`, else (and for strings: list of str or None) a flat sequence."""

    name: str
    dtype: str
    shape: Tuple[int, ...]
    data: Any


class Column(NamedTuple):
    """`values`: float64 (NaN: missing) of a number column, list of str or None of a string column."""

    name: str
    type: str
    values: Any


class Matrix(NamedTuple):
    """`data`: an ndarray `[rows, width]`, else a flat array, row-major."""

    rows: int
    width: int
    names: Optional[List[str]]
    data: Any


class Table(NamedTuple):
    rows: int
    columns: List[Column]


class Tensors(NamedTuple):
    rows: int
    tensors: List[Tensor]


Batch = Union[Matrix, Table, Tensors]
Parts = Union[Tensor, List[Tensor]]
_Value = TypeVar("_Value")


def read_batch(header: Dict[str, Any], buffers: List[memoryview]) -> Batch:
    """The rows of a message. Raises `ProtocolError` where header and buffers do not fit each other."""
    with _well_formed():
        return _read_batch(header, iter(buffers))


@contextmanager
def _well_formed() -> Iterator[None]:
    """A header in which a list stands for an object, or the like, is no header."""
    try:
        yield
    except (AttributeError, TypeError) as error:
        raise ProtocolError(f"a header of another form: {error}") from None


def _read_batch(header: Dict[str, Any], source: Iterator[memoryview]) -> Batch:
    rows = _count(header.get("rows"), "rows")
    form = header.get("form")
    if form == "matrix":
        width, names = _count(header.get("width"), "width"), header.get("names")
        data = _read_numbers(_next(source), "float64", (rows, width))
        return _finished(source, Matrix(rows, width, names, data))
    if form == "table":
        columns = [_read_column(each, rows, source) for each in header.get("columns", [])]
        return _finished(source, Table(rows, columns))
    if form == "tensors":
        tensors = [_read_tensor(each, source) for each in header.get("tensors", [])]
        return _finished(source, Tensors(rows, tensors))
    raise ProtocolError(f"a batch of form {form!r}")


def write_batch(batch: Batch) -> Tuple[Dict[str, Any], List[Any]]:
    """Header and buffers of a batch."""
    if isinstance(batch, Matrix):
        header = {"form": "matrix", "rows": batch.rows, "width": batch.width, "names": batch.names}
        return header, [_little_endian(batch.data)]
    buffers: List[Any] = []
    if isinstance(batch, Table):
        for column in batch.columns:
            buffers += _write_text(column.values) if column.type == "string" else [_little_endian(column.values)]
        columns = [{"name": column.name, "type": column.type} for column in batch.columns]
        return {"form": "table", "rows": batch.rows, "columns": columns}, buffers
    headers = [_write_tensor(tensor, buffers) for tensor in batch.tensors]
    return {"form": "tensors", "rows": batch.rows, "tensors": headers}, buffers


def read_outputs(headers: Sequence[Dict[str, Any]], buffers: List[memoryview]) -> Dict[str, Parts]:
    """Named outputs of a message. Raises `ProtocolError`."""
    source = iter(buffers)
    found: Dict[str, Parts] = {}
    with _well_formed():
        for header in headers:
            name = str(header.get("name"))
            if "parts" in header:
                found[name] = [_read_tensor(dict(part, name=name), source) for part in header["parts"]]
            else:
                found[name] = _read_tensor(header, source)
    return _finished(source, found)


def write_outputs(outputs: Dict[str, Parts]) -> Tuple[List[Dict[str, Any]], List[Any]]:
    """Headers and buffers of named outputs."""
    headers: List[Dict[str, Any]] = []
    buffers: List[Any] = []
    for name, value in outputs.items():
        if isinstance(value, list):
            parts = [_write_tensor(part, buffers) for part in value]
            for part in parts:
                del part["name"]
            headers.append({"name": name, "parts": parts})
        else:
            headers.append(dict(_write_tensor(value, buffers), name=name))
    return headers, buffers


def _read_column(header: Dict[str, Any], rows: int, source: Iterator[memoryview]) -> Column:
    name, kind = str(header.get("name")), header.get("type")
    if kind == "number":
        return Column(name, kind, _read_numbers(_next(source), "float64", (rows,)))
    if kind == "string":
        return Column(name, kind, _read_text(source, rows))
    raise ProtocolError(f"a column of type {kind!r}")


def _read_tensor(header: Dict[str, Any], source: Iterator[memoryview]) -> Tensor:
    name, dtype = str(header.get("name")), header.get("dtype")
    shape = tuple(_count(each, "shape") for each in header.get("shape", []))
    if dtype == "string":
        return Tensor(name, dtype, shape, _read_text(source, _size(shape)))
    if dtype not in _TYPES:
        raise ProtocolError(f"a tensor of type {dtype!r}")
    return Tensor(name, dtype, shape, _read_numbers(_next(source), dtype, shape))


def _write_tensor(tensor: Tensor, buffers: List[Any]) -> Dict[str, Any]:
    buffers += _write_text(tensor.data) if tensor.dtype == "string" else [_little_endian(tensor.data)]
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": list(tensor.shape)}


def _read_numbers(buffer: memoryview, dtype: str, shape: Tuple[int, ...]) -> Any:
    name, code, size = _TYPES[dtype]
    count = _size(shape)
    if len(buffer) != count * size:
        raise ProtocolError(f"{len(buffer)} bytes for {count} values of {dtype}")
    numpy = library("numpy")
    if numpy is not None:
        return numpy.frombuffer(buffer, dtype=name, count=count).reshape(shape)
    if code is None:
        return list(struct.unpack(f"<{count}e", buffer))
    values = array(code)
    values.frombytes(buffer)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _little_endian(data: Any) -> Any:
    """The buffer of an ndarray or of an array."""
    if isinstance(data, array):
        if sys.byteorder == "big" and data.itemsize > 1:
            data = array(data.typecode, data)
            data.byteswap()
        return data
    if isinstance(data, list):
        return struct.pack(f"<{len(data)}e", *data)
    numpy = library("numpy")
    assert numpy is not None
    plain = numpy.ascontiguousarray(data)
    if plain.dtype.byteorder == ">" or (plain.dtype.byteorder == "=" and sys.byteorder == "big"):
        plain = plain.astype(plain.dtype.newbyteorder("<"))
    # A view as bytes: memoryview knows no float16 of numpy's, and no shape with a zero.
    return plain.reshape(-1).view("uint8") if plain.size else b""


def _read_text(source: Iterator[memoryview], rows: int) -> List[Optional[str]]:
    validity, offset_bytes, text = _next(source), _next(source), _next(source)
    if len(validity) != (rows + 7) // 8 or len(offset_bytes) != (rows + 1) * 4:
        raise ProtocolError(f"{len(validity)} and {len(offset_bytes)} bytes of validity and offsets for {rows} texts")
    offsets = struct.unpack(f"<{rows + 1}i", offset_bytes)
    if offsets[0] != 0 or offsets[-1] != len(text) or any(a > b for a, b in zip(offsets, offsets[1:])):
        raise ProtocolError("offsets of text that do not rise from 0 to its length")
    data = bytes(text)
    try:
        if data.isascii():
            whole = data.decode("ascii")
            found: List[Optional[str]] = [whole[a:b] for a, b in zip(offsets, offsets[1:])]
        else:
            found = [data[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
    except UnicodeDecodeError as error:
        raise ProtocolError(f"text that is no UTF-8: {error}") from None
    for at, byte in enumerate(validity):
        if byte != 255:
            for row in range(at * 8, min(at * 8 + 8, rows)):
                if not byte >> (row & 7) & 1:
                    found[row] = None
    return found


def _write_text(values: Sequence[Optional[str]]) -> List[Any]:
    validity = bytearray((len(values) + 7) // 8)
    offsets = [0]
    pieces: List[bytes] = []
    end = 0
    for row, value in enumerate(values):
        if value is not None:
            validity[row >> 3] |= 1 << (row & 7)
            # Half of a surrogate pair alone is no character; as elsewhere, U+FFFD stands for it.
            piece = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode("utf-8")
            pieces.append(piece)
            end += len(piece)
        offsets.append(end)
    if end >= _COUNT_LIMIT:
        raise ValueError(f"texts of {end} bytes together; a frame holds fewer than {_COUNT_LIMIT}")
    return [validity, struct.pack(f"<{len(offsets)}i", *offsets), b"".join(pieces)]


def _count(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _COUNT_LIMIT:
        raise ProtocolError(f"`{what}` is {value!r}, no count")
    return value


def _size(shape: Tuple[int, ...]) -> int:
    count = 1
    for each in shape:
        count *= each
    return count


def _next(source: Iterator[memoryview]) -> memoryview:
    buffer = next(source, None)
    if buffer is None:
        raise ProtocolError("fewer buffers than the header speaks of")
    return buffer


def _finished(source: Iterator[memoryview], value: _Value) -> _Value:
    if next(source, None) is not None:
        raise ProtocolError("more buffers than the header speaks of")
    return value
