"""The worker's life: one `load`, one `ready`, then one answer a message until the other side closes."""

from __future__ import annotations

import os
import platform
import signal
import socket
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

from plimsoll.worker import failures, libraries, raw, request, sandbox, user_code, values
from plimsoll.worker.failures import Places
from plimsoll.worker.protocol import Channel, FrameTooLarge, Message, ProtocolError
from plimsoll.worker.served import Served

SOCKET = 3
Answer = Tuple[Dict[str, Any], List[Any]]


def run(home: str) -> int:
    """Serves until the socket closes; the exit status."""
    _quieten()
    channel = Channel(socket.socket(fileno=SOCKET))
    memory = Memory()
    try:
        return _serve(channel, memory, home)
    except ProtocolError as error:
        print(f"plimsoll worker: cannot go on, the other side sent {error}", file=sys.stderr)
        return 70
    except (BrokenPipeError, ConnectionResetError):
        return 0


class Memory:
    """Resident memory of this process in bytes. The file is opened once: the sandbox lets nothing of /proc be opened."""

    def __init__(self) -> None:
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC) if sys.platform == "linux" else -1

    def resident(self) -> int:
        if self._file < 0:
            return 0
        return int(os.pread(self._file, 200, 0).split()[1]) * self._page


def _quieten() -> None:
    """Standard input is empty; what is printed is the log, a line at a time; signals meant for the parent are its own."""
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    # Control-C and a stop of the whole service go to the process group; the parent ends a worker by closing its socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.dont_write_bytecode = True


def _serve(channel: Channel, memory: Memory, home: str) -> int:
    first = channel.receive()
    if first is None:
        return 0
    started = time.monotonic()
    wanted = request.parse(first.header)
    places = Places(wanted.root, wanted.packages)
    layers = sandbox.apply(wanted, home)
    try:
        from plimsoll.worker import load

        load.prepare(wanted)
        served = load.load(wanted)
        ready = {
            "kind": "ready",
            "id": wanted.id,
            "python": platform.python_version(),
            "layers": layers,
            "distributions": libraries.versions(),
            "described": served.described.message(),
            "millis": round((time.monotonic() - started) * 1000, 3),
            "rss": memory.resident(),
        }
        channel.send(ready)
    except BaseException as error:  # Whatever it raises, SystemExit too, is told and not silent.
        channel.send(dict(failures.describe(error, "load", places), id=wanted.id, rss=memory.resident(), layers=layers))
        return 1
    while True:
        message = channel.receive()
        if message is None:
            return 0
        _answer(channel, message, served, places, memory)


def _answer(channel: Channel, message: Message, served: Served, places: Places, memory: Memory) -> None:
    """Sends the answer to one message. Raises `ProtocolError` and `OSError`, nothing of the user's code."""
    identity = message.header.get("id")
    call = _call(message, served)
    started = time.perf_counter()
    try:
        header, buffers = call()
        header.update(id=identity, micros=round((time.perf_counter() - started) * 1e6), rss=memory.resident())
        channel.send(header, buffers)
    except OSError as error:
        # The user's code may raise these as well; only where the socket itself is gone, sending fails again.
        channel.send(dict(failures.describe(error, "code", places), id=identity, rss=memory.resident()))
    except FrameTooLarge as error:
        channel.send(dict(failures.describe(error, "output", places), id=identity, rss=memory.resident()))
    except BaseException as error:
        channel.send(dict(failures.describe(error, "code", places), id=identity, rss=memory.resident()))


def _call(message: Message, served: Served) -> Callable[[], Answer]:
    """What a message asks for, its rows read already. Raises `ProtocolError`."""
    header, kind = message.header, message.header.get("kind")
    user_code.CONTEXT.about()
    if kind in ("invoke", "read", "write"):
        return _raw_call(message, served)
    if kind == "after":
        outputs, rows = values.read_outputs(header.get("outputs", []), message.buffers), header.get("rows")
        if not isinstance(rows, int):
            raise ProtocolError(f"`rows` is {rows!r}")
        return lambda: _outputs(served.after(outputs, rows))
    if kind not in ("infer", "before"):
        raise ProtocolError(f"a message of kind {kind!r}")
    batch = values.read_batch(header.get("batch", {}), message.buffers)
    if kind == "infer":
        return lambda: _outputs(served.infer(batch))
    return lambda: _batch(served.before(batch))


def _raw_call(message: Message, served: Served) -> Callable[[], Answer]:
    """What a message asks for whose body or answer only the code of the version understands. Raises `ProtocolError`."""
    header, kind, buffers = message.header, message.header.get("kind"), message.buffers
    content_type, accept = _text(header, "contentType"), _text(header, "accept")
    user_code.CONTEXT.about(content_type, accept, _text(header, "attributes"))
    if kind == "write":
        outputs = values.read_outputs(header.get("outputs", []), buffers)
        return lambda: _written(served.write(outputs, accept or ""))
    if content_type is None:
        batch = values.read_batch(header.get("batch", {}), buffers)
        return lambda: _answered(served.invoke(batch, accept))
    if len(buffers) != 1:
        raise ProtocolError(f"a body in {len(buffers)} buffers")
    if kind == "read":
        return lambda: _batch(served.read(raw.body_given(buffers[0], content_type)))
    return lambda: _answered(served.invoke(raw.body_given(buffers[0], content_type), accept))


def _text(header: Dict[str, Any], name: str) -> Optional[str]:
    found = header.get(name)
    if found is not None and not isinstance(found, str):
        raise ProtocolError(f"`{name}` is {found!r}")
    return found


def _answered(found: Union[raw.Written, Dict[str, values.Parts]]) -> Answer:
    return _written(found) if isinstance(found, raw.Written) else _outputs(found)


def _written(found: raw.Written) -> Answer:
    return {"kind": "written", "contentType": found.content_type}, [found.content]


def _outputs(found: Dict[str, values.Parts]) -> Answer:
    headers, buffers = values.write_outputs(found)
    return {"kind": "outputs", "outputs": headers}, buffers


def _batch(found: values.Batch) -> Answer:
    header, buffers = values.write_batch(found)
    return {"kind": "batch", "batch": header}, buffers
