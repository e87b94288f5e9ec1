"""Pickles of every kind, read so that what could not be resolved is known by name.

By now a person trusts this file and the sandbox holds. `find_class` in Python leaves a frame in the traceback, from which
`failures.py` reads which class was being looked for; the unpickler written in C leaves none.
"""

from __future__ import annotations

import io
import os
import pickle
from typing import Any, Iterator

from plimsoll.worker.libraries import library, needed


# Opcodes that pickles start with: PROTO, and those of protocols 0 and 1.
_PICKLE = (b"\x80", b"(", b"]", b"}", b")", b"c")
_HEAD = 4096
_SEARCHED = 1 << 26


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(module, name)


def read_pickle(path: str) -> Any:
    """A file that pickle or cloudpickle wrote, compressed or not; dill's where the environment has dill."""
    with open(path, "rb") as file:
        source = _decompressed(file)
        head = source.peek(4096)[:4096]
        if b"dill" in head:
            dill = library("dill")
            if dill is not None:
                return dill.load(source)
        return Unpickler(source).load()


def read_joblib(path: str) -> Any:
    """
    A file that joblib wrote: its arrays are beside the pickle's own bytes, so that only joblib reads it. Raises
    `LibraryMissing` where it is not there and the file is no plain pickle either.
    """
    joblib = library("joblib")
    if joblib is not None:
        return joblib.load(path)
    if _is_by_joblib(path):
        needed("joblib", f"the joblib file {os.path.basename(path)}")
    return read_pickle(path)


def _is_by_joblib(path: str) -> bool:
    """Whether it holds arrays in the manner of joblib, or is compressed as only joblib does (zlib, lz4)."""
    with open(path, "rb") as file:
        source = _decompressed(file)
        head = source.peek(_HEAD)[:_HEAD]
        return not head.startswith(_PICKLE) or any(b"joblib.numpy_pickle" in piece for piece in _pieces(source))


def _pieces(source: Any) -> Iterator[bytes]:
    """The stream in overlapping pieces, as far as a name is looked for."""
    last = b""
    for _ in range(_SEARCHED // _HEAD):
        piece = source.read(_HEAD)
        if not piece:
            return
        yield last + piece
        last = piece[-32:]


def _decompressed(file: Any) -> Any:
    """The stream of pickle inside of gzip, bzip2, xz or lzma, or the file itself."""
    head = file.peek(6)[:6]
    if head.startswith(b"\x1f\x8b"):
        import gzip

        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        import bz2

        return io.BufferedReader(bz2.BZ2File(file))
    if head.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        import lzma

        return io.BufferedReader(lzma.LZMAFile(file))
    return file
