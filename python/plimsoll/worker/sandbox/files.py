"""Layer `files`: Landlock. What is not listed here can neither be read nor written."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from typing import Iterable, List

from plimsoll.worker.request import Request
from plimsoll.worker.sandbox import system
from plimsoll.worker.sandbox.system import Linux, Unavailable

# Rights of include/uapi/linux/landlock.h.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1
_OF_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_DEVICES = 1 << 6 | 1 << 11  # MAKE_CHAR, MAKE_BLOCK
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract Unix sockets, signals

_SYSTEM = [
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/locale",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone", "/etc/mime.types",
    "/etc/os-release", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/osrelease", "/sys/devices/system/cpu", "/sys/devices/system/node",
    "/sys/fs/cgroup", "/dev/urandom", "/dev/random",
]  # fmt: skip
_OF_NETWORK = [
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/services",
    "/etc/protocols", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/share/ca-certificates", "/run/systemd/resolve",
]  # fmt: skip
# Not the folder: /proc/self/environ holds what the parent gave, and /proc/self/root all that there is.
# TensorFlow ends where it cannot read how it was started (xla/tsl/platform/env.cc, GetExecutablePath): interpreter and script.
_OF_PROCESS = ["cmdline", "maps", "smaps", "stat", "statm", "status", "cgroup", "limits", "mountinfo", "task"]


def confine(linux: Linux, request: Request, home: str, has_shared_memory: bool) -> str:
    """Leaves the bundle, the environment, the interpreter and the system's libraries to read, and one folder to write."""
    try:
        abi = linux.syscall(system.LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        raise Unavailable("the kernel has no Landlock") from None
    is_connected = "network" in request.allow
    handled = _FIRST_RIGHTS | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    handled |= _IOCTL_DEVICE if abi >= 5 else 0
    attributes = struct.pack("<Q", handled)
    if abi >= 4:
        attributes += struct.pack("<Q", 0 if is_connected else _TCP)
    if abi >= 6:
        attributes += struct.pack("<Q", _SCOPES)
    rules = linux.syscall(
        system.LANDLOCK_CREATE_RULESET, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes), 0
    )
    try:
        _allow(linux, rules, readable(request, home), _READ & handled)
        _allow(linux, rules, ["/dev/null", "/dev/zero", "/dev/full"], (_READ_FILE | _WRITE_FILE | _TRUNCATE) & handled)
        writable = [request.scratch, *(["/dev/shm"] if has_shared_memory else [])]
        _allow(linux, rules, writable, handled & ~(_EXECUTE | _DEVICES | _IOCTL_DEVICE))
        linux.syscall(system.LANDLOCK_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return f"Landlock ABI {abi}"


def readable(request: Request, home: str) -> List[str]:
    """Paths that may be read. Of the interpreter's prefix only its library: `/usr` would be the whole system."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    paths = [request.root, request.packages, os.path.join(home, "plimsoll"), sysconfig.get_path("stdlib"), sys.executable]
    paths += [os.path.join(prefix, folder) for prefix in sorted(prefixes) for folder in ("lib", "lib64")]
    # The libraries that the interpreter itself was linked with may lie elsewhere.
    paths += [path for path in sys.path if path]
    paths += [f"/proc/self/{name}" for name in _OF_PROCESS]
    return [*paths, *_SYSTEM, *(_OF_NETWORK if "network" in request.allow else [])]


def _allow(linux: Linux, rules: int, paths: Iterable[str], rights: int) -> None:
    """One rule a path that is there; of files, only rights that files have."""
    for path in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            granted = rights if os.path.isdir(path) else rights & _OF_FILES
            rule = ctypes.create_string_buffer(struct.pack("<Qi", granted, place), 12)
            linux.syscall(system.LANDLOCK_ADD_RULE, rules, 1, rule, 0)
        finally:
            os.close(place)
