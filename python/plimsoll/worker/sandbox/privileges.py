"""Layer `privileges`: no capability, and no way to one. The user stays who it is."""

from __future__ import annotations

import ctypes
import os
import signal
import struct

from plimsoll.worker.sandbox import system
from plimsoll.worker.sandbox.system import Linux, Unavailable

_CAPABILITY_VERSION_3 = 0x20080522


def drop(linux: Linux) -> str:
    """Takes every capability away, also from what root would get by running a program."""
    linux.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    try:
        linux.prctl(system.PR_CAP_AMBIENT, system.PR_CAP_AMBIENT_CLEAR_ALL)
        for capability in range(64):
            linux.prctl(system.PR_CAPBSET_DROP, capability)
    except OSError:
        pass  # Past the last capability of this kernel, or without the right to drop: there is none to lose then.
    number = system.CAPSET.get(system.machine())
    if number is None:
        raise Unavailable(f"no new privileges, but capabilities are kept on {system.machine()}")
    header = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITY_VERSION_3, 0))
    linux.syscall(number, header, ctypes.create_string_buffer(24))
    return "no new privileges, no capabilities"


def die_with_parent(linux: Linux, parent: int) -> None:
    """Killed when the parent dies. A change of credentials undoes this, so it comes after them."""
    linux.prctl(system.PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(0)
