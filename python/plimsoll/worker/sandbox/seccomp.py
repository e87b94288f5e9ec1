"""Layer `system-calls`: a seccomp filter, put together by hand for there is no library to count on."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import List, Tuple

from plimsoll.worker.sandbox import numbers, system
from plimsoll.worker.sandbox.numbers import Numbers
from plimsoll.worker.sandbox.system import Linux, Unavailable

# Architecture as the kernel names it (include/uapi/linux/audit.h), and the column of `numbers`.
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_FILTER_MODE = 2

_CLONE_THREAD, _CLONE_NAMESPACES = 0x00010000, 0x7E020000
_UNIX, _INET, _INET6, _NETLINK, _STREAM = 1, 2, 10, 16, 1
_TYPE_INTO_TERMINAL, _TERMINAL_OF_LINUX = 0x5412, 0x541C

Instruction = Tuple[int, int, int, int]
Program = List[Instruction]


def install(linux: Linux, is_connected: bool) -> str:
    """Installs the filter for good; needs `no_new_privs`. Threads that come later have it, too."""
    machine = system.machine()
    if machine not in _MACHINES:
        raise Unavailable(f"no filter is written for {machine}")
    code = b"".join(struct.pack("<HBBI", *each) for each in program(machine, os.getpid(), is_connected))
    held = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: a count of instructions and, aligned, a pointer to them.
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(held)))
    linux.prctl(system.PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(header))
    return f"seccomp filter of {len(code) // 8} instructions"


def program(machine: str, process: int, is_connected: bool) -> Program:
    """The filter: what is not spoken of is allowed."""
    architecture, column = _MACHINES[machine]
    found: Program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        # The x32 calls have numbers of their own, which nothing below would match.
        found += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    found += _all(numbers.REFUSED, column, errno.EPERM)
    found += _all(numbers.IGNORED, column, 0)
    found += _all(numbers.ATTRIBUTES, column, errno.EOPNOTSUPP)
    if not is_connected:
        found += _all(numbers.CONNECTIONS, column, errno.EPERM)
    for name, block in _judged(process, is_connected).items():
        number = numbers.JUDGED[name][column]
        assert number is not None
        found += [(_EQUAL, 0, len(block), number), *block]
    return [*found, (_RETURN, 0, 0, _ALLOW)]


def _all(calls: Numbers, column: int, error: int) -> Program:
    found: Program = []
    for number in (each[column] for each in calls.values()):
        if number is not None:
            found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]
    return found


def _judged(process: int, is_connected: bool) -> "dict[str, Program]":
    families = [_INET, _INET6, _NETLINK] if is_connected else []
    return {
        # Threads only: a process of its own would outlive the worker, and have its memory once more.
        "clone": [
            _argument(0),
            (_ANY_BIT, 1, 0, _CLONE_THREAD),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            (_ANY_BIT, 0, 1, _CLONE_NAMESPACES),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
        # Its arguments are in memory, where a filter cannot look; glibc then calls clone.
        "clone3": [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)],
        "socket": _one_of(0, families),
        # A connected pair of streams reaches nobody else; datagrams of a pair could be sent to any path.
        "socketpair": [
            _argument(0),
            (_EQUAL, 1, 0, _UNIX),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            _argument(1),
            (_AND, 0, 0, 0xFF),
            (_EQUAL, 0, 1, _STREAM),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ],
        "kill": _one_of(0, [process]),
        "tgkill": _one_of(0, [process]),
        "prlimit64": _one_of(0, [0, process]),
        # Keys pressed for the terminal that the log may be.
        "ioctl": [
            _argument(1),
            (_EQUAL, 1, 0, _TYPE_INTO_TERMINAL),
            (_EQUAL, 0, 1, _TERMINAL_OF_LINUX),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
    }


def _argument(index: int) -> Instruction:
    """Loads the low half of an argument: all that these calls read of them. Both machines are little-endian."""
    return (_LOAD, 0, 0, 16 + 8 * index)


def _one_of(index: int, allowed: List[int]) -> Program:
    found: Program = [_argument(index)]
    for value in allowed:
        found += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*found, (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
