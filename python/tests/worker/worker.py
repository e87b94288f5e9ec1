"""A worker as Plimsoll starts it, and the other end of its socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from plimsoll.worker import values
from plimsoll.worker.protocol import Channel, Message

MAIN = Path(__file__).parents[2] / "plimsoll" / "worker" / "__main__.py"
LIMITS = {"memoryBytes": 2 << 30, "fileBytes": 64 << 20, "processes": 64}


class Worker:
    """A process that was told to load; `first` is its `ready` or `error`."""

    def __init__(self, root: Path, scratch: Path, packages: Optional[str] = None, **load: Any) -> None:
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        self._connection = ours
        ours.settimeout(60)
        # The worker expects its socket as descriptor 3.
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, str(theirs.fileno()), sys.executable, str(MAIN), load.pop("filter", b"").hex()],
            pass_fds=[theirs.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict({"PATH": os.environ["PATH"]}, **load.pop("environ", {})),
        )
        theirs.close()
        self._lines: List[str] = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        message: Dict[str, Any] = {
            "kind": "load", "id": 1, "root": str(root), "model": None, "format": None, "code": [], "script": None,
            "around": False, "call": None, "outputs": None, "packages": packages or _packages(),
            "scratch": str(scratch), "limits": LIMITS, "allow": [],
        }  # fmt: skip
        message.update(load)
        self.channel.send(message)
        answer = self.channel.receive()
        self.first: Dict[str, Any] = {} if answer is None else answer.header

    def ask(self, kind: str, buffers: Sequence[Any] = (), **header: Any) -> Message:
        self.channel.send(dict(header, kind=kind, id=7), buffers)
        answer = self.channel.receive()
        assert answer is not None, f"it ended: {self.log()}"
        assert answer.header["id"] == 7
        return answer

    def infer(self, batch: values.Batch, kind: str = "infer") -> Any:
        """Outputs by name, or the header of the error."""
        header, buffers = values.write_batch(batch)
        answer = self.ask(kind, buffers, batch=header)
        if answer.header["kind"] == "outputs":
            return values.read_outputs(answer.header["outputs"], answer.buffers)
        if answer.header["kind"] == "batch":
            return values.read_batch(answer.header["batch"], answer.buffers)
        return answer.header

    def invoke(self, given: Any, content_type: Optional[str] = None, accept: Optional[str] = None, **header: Any) -> Any:
        """A body, or rows → what is written and its type, outputs by name, or the header of the error."""
        batch, buffers = (None, [given]) if content_type is not None else values.write_batch(given)
        about = {"contentType": content_type, "accept": accept, "attributes": None}
        answer = self.ask("invoke", buffers, batch=batch, **dict(about, **header))
        if answer.header["kind"] == "written":
            return bytes(answer.buffers[0]), answer.header["contentType"]
        return values.read_outputs(answer.header["outputs"], answer.buffers) if answer.header["kind"] == "outputs" else answer.header

    def log(self) -> str:
        """All that it wrote, once it has ended."""
        self.process.wait(timeout=20)
        self._reader.join(timeout=20)
        return "".join(self._lines)

    def close(self) -> str:
        self._connection.close()
        return self.log()

    def _read_log(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line.decode())


def _packages() -> str:
    return next(path for path in sys.path if path.endswith("site-packages"))


# `pass_fds` keeps numbers; this puts the socket where the worker looks for it.
_START = """
import os, sys
fd = int(sys.argv[1])
os.dup2(fd, 3)
if fd != 3: os.close(fd)
os.set_inheritable(3, True)
if sys.argv[4]:
    # A host that lacks something: a filter says so for it.
    import ctypes, struct
    libc, code = ctypes.CDLL(None), bytes.fromhex(sys.argv[4])
    held = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(held)))
    libc.prctl(38, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    assert libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(header), ctypes.c_ulong(0), ctypes.c_ulong(0)) == 0
os.execv(sys.argv[2], [sys.argv[2], "-I", "-S", sys.argv[3]])
"""
