"""The few calls of Linux that Python has no function for, by ctypes and by number."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Any, Dict, Optional

# The same on x86-64 and aarch64 (include/uapi/asm-generic/unistd.h).
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
CAPSET: Dict[str, int] = {"x86_64": 126, "aarch64": 91}

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


class Unavailable(Exception):
    """A layer that this host does not offer, with the reason."""


def machine() -> str:
    return platform.machine()


class Linux:
    """libc of this process. Raises `Unavailable` where there is none to call."""

    def __init__(self) -> None:
        if os.uname().sysname != "Linux":
            raise Unavailable(f"{os.uname().sysname} is not Linux")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.syscall.restype = ctypes.c_long

    def prctl(self, option: int, *values: Any) -> None:
        padded = [each if not isinstance(each, int) else ctypes.c_ulong(each) for each in (*values, 0, 0, 0, 0)[:4]]
        self._check(self._libc.prctl(option, *padded), f"prctl {option}")

    def syscall(self, number: int, *values: Any) -> int:
        plain = [each if not isinstance(each, int) else ctypes.c_long(each) for each in values]
        return int(self._check(self._libc.syscall(ctypes.c_long(number), *plain), f"system call {number}"))

    def unshare(self, flags: int) -> None:
        self._check(self._libc.unshare(ctypes.c_int(flags)), "unshare")

    def mount(self, source: Optional[str], target: str, kind: Optional[str], flags: int, data: Optional[str]) -> None:
        encoded = [each if each is None else each.encode() for each in (source, target, kind, data)]
        result = self._libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
        self._check(result, f"mount {target}")

    def _check(self, result: int, what: str) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{what}: {os.strerror(number)}")
        return result
