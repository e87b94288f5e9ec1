"""Layer `network`, and private places for shared memory: namespaces of this process's own."""

from __future__ import annotations

import os
from typing import List

from plimsoll.worker.sandbox.system import Linux, Unavailable

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
SHARED_MEMORY_BYTES = 64 << 20
# Kept here and not as a file there: anybody could have put one into the host's own.
_MOUNTED: List[str] = []


def isolate(linux: Linux, is_connected: bool) -> str:
    """
    A namespace without any network but where `is_connected`, and with a /dev/shm of its own. Within a user namespace of its
    own, root has no right over what is outside; where the host refuses those, root alone can have the others.
    """
    flags = CLONE_NEWNS | CLONE_NEWIPC | (0 if is_connected else CLONE_NEWNET)
    user, group = os.getuid(), os.getgid()
    try:
        linux.unshare(flags | CLONE_NEWUSER)
    except OSError as error:
        try:
            linux.unshare(flags)
        except OSError:
            raise Unavailable(f"the host allows no namespaces ({error.strerror})") from None
    else:
        _map(user, group)
    _own_shared_memory(linux)
    return "open, as allowed" if is_connected else "network namespace"


def _map(user: int, group: int) -> None:
    """The user is who it was, and nobody else is there."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _own_shared_memory(linux: Linux) -> None:
    """joblib's threads need semaphores, which glibc keeps in /dev/shm; the host's own is not shown."""
    try:
        linux.mount(None, "/", None, _MS_REC | _MS_PRIVATE, None)
        options = f"size={SHARED_MEMORY_BYTES},mode=1777"
        linux.mount("plimsoll", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options)
        _MOUNTED.append("/dev/shm")
    except OSError:
        pass  # Without it, joblib works one after another: slower, the same numbers.


def has_own_shared_memory() -> bool:
    return bool(_MOUNTED)
