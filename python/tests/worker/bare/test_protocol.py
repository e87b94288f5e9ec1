"""Frames and values to the byte, and what is refused. The same tests run with and without numpy."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
from array import array
from typing import Any, Dict, List

import pytest
from plimsoll.worker import outputs, protocol, values
from plimsoll.worker.failures import OutputError
from plimsoll.worker.protocol import Channel, FrameTooLarge, ProtocolError
from plimsoll.worker.values import Column, Matrix, Table, Tensor, Tensors


def frame(header: Dict[str, Any], buffers: List[Any]) -> bytes:
    return b"".join(bytes(piece) for piece in protocol.encode(header, buffers))


def sent(header: Any, buffers: List[Any]) -> protocol.Message:
    return protocol.decode(bytearray(frame({"batch": header}, buffers)[4:]))


def back(batch: Any) -> Any:
    """A batch as the other side reads it."""
    message = sent(*values.write_batch(batch))
    return values.read_batch(message.header["batch"], message.buffers)


def flat(data: Any) -> List[Any]:
    return data.reshape(-1).tolist() if hasattr(data, "reshape") else list(data)


def test_a_frame_to_the_byte() -> None:
    text = b'{"kind":"x","buffers":[3,0,2]}'
    body = struct.pack("<I", len(text)) + text + b"\x00" * 6 + b"abc" + b"\x00" * 5 + b"de"
    assert len(text) + 4 + 6 == 40
    assert frame({"kind": "x"}, [b"abc", b"", b"de"]) == struct.pack("<I", len(body)) + body
    message = protocol.decode(bytearray(body))
    assert [bytes(each) for each in message.buffers] == [b"abc", b"", b"de"] and message.header == {"kind": "x"}


def test_every_buffer_starts_at_a_multiple_of_8() -> None:
    for count in range(40):
        body = frame({"k": "x" * count}, [b"\x01" * (count % 11), b"\x02"])[4:]
        assert body.index(b"\x02") % 8 == 0
        assert bytes(protocol.decode(bytearray(body)).buffers[1]) == b"\x02"


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<I", 99) + b"{}",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 2) + b"\xff\xfe",
        struct.pack("<I", 2) + b"{}" + bytes(9),
        *(struct.pack("<I", len(text)) + text for text in [b'{"buffers":[9]}', b'{"buffers":[-1]}', b'{"buffers":[true]}']),
        *(struct.pack("<I", len(text)) + text for text in [b'{"buffers":3}', b'{"buffers":["1"]}', b"[" * 100_000]),
    ],
)
def test_a_body_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.decode(bytearray(body))


def test_frames_that_are_altered_or_cut_are_refused_or_read_and_raise_nothing_else() -> None:
    whole = bytearray(frame(*[{"batch": header} if at == 0 else header for at, header in enumerate(values.write_batch(_TABLE))])[4:])
    source = random.Random(5)
    for _ in range(3000):
        body = bytearray(whole)
        for _ in range(source.randint(1, 3)):
            body[source.randrange(len(body))] = source.randrange(256)
        body = body[: source.randrange(4, len(body) + 1)] if source.random() < 0.3 else body
        try:
            message = protocol.decode(body)
            values.read_batch(message.header.get("batch", {}), message.buffers)
        except ProtocolError:
            pass


_TABLE = Table(3, [Column("a", "string", ["x", None, "äß"]), Column("b", "number", array("d", [1.0, float("nan"), -0.0]))])


def test_lengths_over_the_limit_are_refused_before_anything_is_read() -> None:
    for length in (3, protocol.FRAME_LIMIT + 1):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(struct.pack("<I", length))
            with pytest.raises(ProtocolError, match="bytes"):
                Channel(theirs).receive()


def test_an_answer_over_the_limit_is_refused_before_anything_is_sent() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        big = memoryview(bytearray(1)).cast("B")
        with pytest.raises(FrameTooLarge):
            Channel(ours).send({}, [big] * (protocol.BUFFER_COUNT_LIMIT + 1))
        Channel(ours).send({"kind": "small"})
        message = Channel(theirs).receive()
        assert message is not None and message.header == {"kind": "small"}


def test_frames_of_many_pieces_and_more_than_the_socket_holds_arrive_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        buffers = [bytes([at % 251]) * (at % 700) for at in range(3000)]
        writer = threading.Thread(target=lambda: Channel(ours).send({"kind": "big"}, [*buffers, bytes(3 << 20)]))
        writer.start()
        message = Channel(theirs).receive()
        writer.join()
        assert message is not None and [bytes(each) for each in message.buffers] == [*buffers, bytes(3 << 20)]


def test_text_has_arrows_layout() -> None:
    header, buffers = values.write_batch(Table(9, [Column("t", "string", ["a", None, "", "äß", None, "b", "c", "d", "\U0001f600"])]))
    validity, offsets, text = map(bytes, buffers)
    assert validity == bytes([0b11101101, 0b1])
    assert struct.unpack("<10i", offsets) == (0, 1, 1, 1, 5, 5, 6, 7, 8, 12)
    assert text.decode() == "aäßbcd\U0001f600"
    found = back(Table(9, [Column("t", "string", ["a", None, "", "äß", None, "b", "c", "d", "\U0001f600"])]))
    assert found.columns[0].values == ["a", None, "", "äß", None, "b", "c", "d", "\U0001f600"]


def test_half_a_surrogate_pair_becomes_the_sign_for_what_is_no_character() -> None:
    assert "\ufffd" in back(Table(1, [Column("t", "string", ["a\ud800"])])).columns[0].values[0]


@pytest.mark.parametrize(
    ("validity", "offsets", "text"),
    [
        (b"\x03", (0, 1, 1), b"ab"),
        (b"\x03", (0, 2, 1), b"a"),
        (b"\x03", (1, 1, 1), b"a"),
        (b"\x03\x00", (0, 1, 1), b"a"),
        (b"\x03", (0, 1), b"a"),
        (b"\x03", (0, 1, 2), b"\xc3\xa4"),
        (b"\x03", (0, -1, 1), b"a"),
    ],
)
def test_text_that_does_not_fit_its_offsets_is_refused(validity: bytes, offsets: Any, text: bytes) -> None:
    header = {"form": "table", "rows": 2, "columns": [{"name": "t", "type": "string"}]}
    with pytest.raises(ProtocolError):
        values.read_batch(header, [memoryview(each) for each in (validity, struct.pack(f"<{len(offsets)}i", *offsets), text)])


def test_matrices_and_every_type_of_tensor_come_back() -> None:
    matrix = back(Matrix(2, 3, ["a", "b", "c"], array("d", [1, 2, 3, 4, 5, float("inf")])))
    assert (matrix.rows, matrix.width, matrix.names, flat(matrix.data)) == (2, 3, ["a", "b", "c"], [1, 2, 3, 4, 5, float("inf")])
    codes = {"float64": "d", "float32": "f", "int64": "q", "uint64": "Q", "int32": "i", "uint32": "I", "int16": "h", "uint16": "H"}
    codes.update({"int8": "b", "uint8": "B", "bool": "B"})
    tensors = [Tensor(name, name, (2, 1), array(code, [1, 0])) for name, code in codes.items()]
    tensors += [Tensor("float16", "float16", (2, 1), [1.5, -0.25]), Tensor("none", "int64", (0, 4), array("q"))]
    tensors += [Tensor("text", "string", (2, 1), ["x", None])]
    found = back(Tensors(2, tensors))
    for own, other in zip(tensors, found.tensors):
        assert (own.name, own.dtype, own.shape) == (other.name, other.dtype, other.shape)
        assert flat(other.data) == list(own.data), own.name


def test_outputs_and_their_parts_come_back() -> None:
    part = Tensor("p", "float64", (2, 2), array("d", [1, 2, 3, 4]))
    headers, buffers = values.write_outputs({"p": [part, part], "t": Tensor("t", "string", (2,), ["a", "b"])})
    message = sent(headers, buffers)
    found = values.read_outputs(message.header["batch"], message.buffers)
    assert [flat(each.data) for each in found["p"]] == [[1, 2, 3, 4]] * 2 and found["t"].data == ["a", "b"]
    assert json.dumps(headers[0]) == json.dumps({"name": "p", "parts": [{"dtype": "float64", "shape": [2, 2]}] * 2})


@pytest.mark.parametrize(
    ("header", "count"),
    [
        ({"form": "matrix", "rows": 2, "width": 2}, 1),
        ({"form": "matrix", "rows": -1, "width": 2}, 1),
        ({"form": "matrix", "rows": True, "width": 1}, 1),
        ({"form": "matrix", "rows": 1, "width": 1}, 2),
        ({"form": "matrix", "rows": 1, "width": 1}, 0),
        ({"form": "cube", "rows": 1}, 0),
        ({"form": "table", "rows": 1, "columns": [{"name": "a", "type": "date"}]}, 1),
        ({"form": "tensors", "rows": 1, "tensors": [{"name": "a", "dtype": "object", "shape": [1]}]}, 1),
        ({"form": "tensors", "rows": 1, "tensors": [{"name": "a", "dtype": "int64", "shape": [1 << 40]}]}, 1),
        ({"form": "table", "rows": 1, "columns": 3}, 0),
        ({"form": "table", "rows": 1, "columns": ["a"]}, 1),
        ({"form": "tensors", "rows": 1, "tensors": [{"name": "a", "dtype": "int64", "shape": 3}]}, 1),
        ({"form": "tensors", "rows": 1, "tensors": [{"name": "a", "dtype": [], "shape": [1]}]}, 1),
        ([], 0),
    ],
)
def test_headers_that_do_not_fit_their_buffers_are_refused(header: Any, count: int) -> None:
    with pytest.raises(ProtocolError):
        values.read_batch(header, [memoryview(bytes(8))] * count)


def test_what_cannot_be_sent_is_refused_with_its_place() -> None:
    for answer, text in (([[1], [1, 2]], "shapes"), ([{"a": 1}, {"b": 2}], "keys"), ({}, "empty"), ([1, {}], "dict"), (["a", 1], "mixes")):
        with pytest.raises(OutputError, match=text):
            outputs.named(answer, "predict", 2)


def test_lists_dicts_and_tuples_become_named_outputs() -> None:
    assert outputs.named([1, None], "p", 2)["p"].dtype == "float64"
    assert list(outputs.named(([1, 2], ["a", "b"]), "p", 2)) == ["p_0", "p_1"]
    assert outputs.named([{"s": 1, "l": "x"}, {"l": "y", "s": 2}], "p", 2)["l"].data == ["x", "y"]
    assert outputs.named([1 << 70, 1], "p", 2)["p"].dtype == "float64"
    assert outputs.named(7, "p", 1)["p"].shape == (1,)
