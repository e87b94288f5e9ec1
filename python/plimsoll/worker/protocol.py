"""Frames between Plimsoll and a worker; `src/engine/python/messages.ts` says what they look like and is the other side.

A frame that does not hold to it is a `ProtocolError`: the two sides no longer understand each other, and the worker ends.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Dict, List, Optional, Sequence

FRAME_LIMIT = 256 * 1024 * 1024
HEADER_LIMIT = 16 * 1024 * 1024
BUFFER_COUNT_LIMIT = 1 << 18
# Linux takes at most IOV_MAX (1024) pieces in one call.
PIECES_AT_ONCE = 512

_LENGTH = struct.Struct("<I")


class ProtocolError(Exception):
    """What came over the socket is no frame, or one over a limit."""


class FrameTooLarge(Exception):
    """An answer that does not fit into a frame."""


class Message:
    """A header and its buffers, which share one block of memory."""

    def __init__(self, header: Dict[str, Any], buffers: List[memoryview]) -> None:
        self.header = header
        self.buffers = buffers


class Channel:
    """Frames over a connected stream socket, one at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def receive(self) -> Optional[Message]:
        """The next message, or None where the other side has closed. Raises `ProtocolError`."""
        start = bytearray(_LENGTH.size)
        got = self._fill(memoryview(start))
        if got == 0:
            return None
        if got < _LENGTH.size:
            raise ProtocolError("the socket was closed within the length of a frame")
        (length,) = _LENGTH.unpack(start)
        if length < _LENGTH.size or length > FRAME_LIMIT:
            raise ProtocolError(f"a frame of {length} bytes, where 4 to {FRAME_LIMIT} are allowed")
        body = bytearray(length)
        if self._fill(memoryview(body)) < length:
            raise ProtocolError(f"the socket was closed within a frame of {length} bytes")
        return decode(body)

    def send(self, header: Dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Sends one message. Raises `FrameTooLarge` before anything is sent, `OSError` where the other side is gone."""
        pieces = encode(header, buffers)
        first = 0
        while first < len(pieces):
            some = pieces[first : first + PIECES_AT_ONCE]
            sent = self._connection.sendmsg(some)
            for piece in some:
                if sent < len(piece):
                    break
                sent -= len(piece)
                first += 1
            if sent:
                pieces[first] = memoryview(pieces[first])[sent:]

    def _fill(self, view: memoryview) -> int:
        """Reads until `view` is full or the other side has closed; the count of bytes read."""
        filled = 0
        while filled < len(view):
            count = self._connection.recv_into(view[filled:])
            if count == 0:
                break
            filled += count
        return filled


def decode(body: bytearray) -> Message:
    """Header and buffers of a frame's body (all but its first four bytes). Raises `ProtocolError`."""
    (header_length,) = _LENGTH.unpack_from(body)
    if header_length > HEADER_LIMIT or 4 + header_length > len(body):
        raise ProtocolError(f"a header of {header_length} bytes in a frame of {len(body)}")
    try:
        header = json.loads(body[4 : 4 + header_length].decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a header that is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise ProtocolError("a header that is no JSON object")
    lengths = header.pop("buffers", [])
    if not isinstance(lengths, list) or len(lengths) > BUFFER_COUNT_LIMIT:
        raise ProtocolError("`buffers` is no list of lengths, or too long a one")
    view = memoryview(body)
    buffers: List[memoryview] = []
    end = 4 + header_length
    for length in lengths:
        if isinstance(length, bool) or not isinstance(length, int) or length < 0:
            raise ProtocolError(f"a buffer of length {length!r}")
        start = _aligned(end)
        end = start + length
        if end > len(body):
            raise ProtocolError(f"buffer {len(buffers)} ends at byte {end} of a frame of {len(body)}")
        buffers.append(view[start:end])
    if _aligned(end) < len(body):
        raise ProtocolError(f"{len(body) - end} bytes behind the last buffer")
    return Message(header, buffers)


def encode(header: Dict[str, Any], buffers: Sequence[Any]) -> List[Any]:
    """The frame in pieces, which are not copied. Raises `FrameTooLarge`."""
    views = [_bytes_of(buffer) for buffer in buffers]
    text = json.dumps(
        dict(header, buffers=[len(view) for view in views]), allow_nan=False, separators=(",", ":")
    ).encode("ascii")
    pieces: List[Any] = [text]
    end = 4 + len(text)
    for view in views:
        start = _aligned(end)
        if start > end:
            pieces.append(bytes(start - end))
        if len(view):
            pieces.append(view)
        end = start + len(view)
    if end > FRAME_LIMIT or len(text) > HEADER_LIMIT or len(views) > BUFFER_COUNT_LIMIT:
        raise FrameTooLarge(f"an answer of {end} bytes in {len(views)} buffers; a frame holds {FRAME_LIMIT}")
    pieces[0] = _LENGTH.pack(end) + _LENGTH.pack(len(text)) + text
    return pieces


def _aligned(offset: int) -> int:
    return (offset + 7) & ~7


def _bytes_of(buffer: Any) -> memoryview:
    view = memoryview(buffer)
    return view if view.format == "B" and view.ndim == 1 else _cast(view)


def _cast(view: memoryview) -> memoryview:
    # A view with a zero in its shape cannot be cast.
    return memoryview(b"") if view.nbytes == 0 else view.cast("B")

