"""What a worker is told before it loads anything, checked."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from plimsoll.worker.protocol import ProtocolError


class Limits(NamedTuple):
    memory_bytes: int
    file_bytes: int
    processes: int


class Request(NamedTuple):
    """`LoadMessage` of messages.ts. Paths are absolute."""

    id: int
    root: str
    model: Optional[str]
    format: Optional[str]
    code: List[str]
    script: Optional[str]
    around: bool
    call: Optional[Dict[str, Any]]
    outputs: Optional[List[str]]
    packages: str
    scratch: str
    limits: Limits
    allow: List[str]
    backend: Optional[str]


def parse(header: Dict[str, Any]) -> Request:
    """The request of a message `load`. Raises `ProtocolError`."""
    if header.get("kind") != "load":
        raise ProtocolError(f"a first message of kind {header.get('kind')!r}, where it has to be load")
    try:
        limits = header["limits"]
        return Request(
            id=int(header["id"]),
            root=_path(header["root"]),
            model=None if header["model"] is None else _path(header["model"]),
            format=header["format"],
            code=[_path(each) for each in header["code"]],
            script=None if header["script"] is None else _path(header["script"]),
            around=bool(header["around"]),
            call=header["call"],
            outputs=header["outputs"],
            packages=_path(header["packages"]),
            scratch=_path(header["scratch"]),
            limits=Limits(int(limits["memoryBytes"]), int(limits["fileBytes"]), int(limits["processes"])),
            allow=[str(each) for each in header["allow"]],
            backend=header.get("backend"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"a message load that is not complete: {error!r}") from None


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise ValueError(f"{value!r} is no absolute path")
    return value.rstrip("/") or "/"
