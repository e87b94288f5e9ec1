"""What the sandbox stops. The code that tries is the module of a pickled model, on the standard library alone."""

from __future__ import annotations

import errno
import platform
import socket
import struct
import sys
from pathlib import Path
from typing import Any, Dict

import pytest

sys.path[:0] = [str(Path(__file__).parents[1])]

from worker import LIMITS, Worker  # noqa: E402

linux = pytest.mark.skipif(platform.system() != "Linux", reason="the sandbox is Linux's")

PROBE = """
import pickle
class Probe:
    def __reduce__(self):
        return (attempt, ())
def attempt():
{body}
"""


def attempt(tmp_path: Path, body: str, **load: Any) -> Dict[str, Any]:
    """Runs the lines within a worker while it loads; what it says of them. They have to raise."""
    root, scratch = tmp_path / "root", tmp_path / "scratch"
    (root / "code").mkdir(parents=True)
    scratch.mkdir()
    lines = "\n".join("    " + line for line in body.splitlines())
    (root / "code" / "probe.py").write_text(PROBE.format(body=lines))
    # A pickle by hand: the global is called while it is read.
    (root / "model.pkl").write_bytes(b"cprobe\nattempt\n(tR.")
    worker = Worker(
        root, scratch, model=str(root / "model.pkl"), format="pickle", code=[str(root / "code")], packages=str(root), **load
    )
    found = dict(worker.first)
    found["log"] = worker.close()
    return found


def refusal(tmp_path: Path, body: str, **load: Any) -> str:
    found = attempt(tmp_path, body, **load)
    assert found["kind"] == "error", f"it was not refused: {found}"
    return f"{found['type']}: {found['message']}"


@linux
def test_every_layer_holds_here_and_says_by_what(tmp_path: Path) -> None:
    found = attempt(tmp_path, "class M:\n    def predict(self, rows): return rows\nreturn M()")
    assert found["kind"] == "ready", found
    assert [layer["name"] for layer in found["layers"]] == ["limits", "privileges", "files", "network", "system-calls"]
    assert all(layer["active"] and layer["how"] for layer in found["layers"])


@linux
@pytest.mark.parametrize(
    "body",
    [
        "open('/etc/passwd').read()",
        "open('/etc/shadow').read()",
        "import os; os.listdir('/root')",
        "import os; os.listdir('/')",
        "open('/proc/self/environ').read()",
        "open('/proc/1/cmdline').read()",
        "open('/tmp/plimsoll-escape', 'w')",
        "open('/dev/sda', 'rb')",
        "import os; os.mkdir('/tmp/plimsoll-escape-folder')",
        "import os; os.symlink('/etc/passwd', 'link'); open('link').read()",
        "import os; os.link('/etc/passwd', 'hard')",
        "import os; os.unlink(__file__)",
        "open(__file__, 'a')",
        "import os; os.truncate(__file__, 0)",
    ],
)
def test_files_outside_are_neither_read_nor_written(tmp_path: Path, body: str) -> None:
    text = refusal(tmp_path, body)
    # A hard link from one file system to another (18) is none, whoever asks; not every host has /dev/sda.
    assert text.startswith(("PermissionError", "OSError: [Errno 18]", "FileNotFoundError")), text
    assert "/tmp/plimsoll-escape" not in text or text.startswith("PermissionError")


@linux
@pytest.mark.parametrize(
    "body",
    [
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
        "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect('/run/docker.sock')",
        "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "import socket; a, b = socket.socketpair(); a.bind('name')",
    ],
)
def test_nothing_is_connected_to(tmp_path: Path, body: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = refusal(tmp_path, body.format(port=server.getsockname()[1]))
    assert text.startswith("PermissionError"), text


@linux
@pytest.mark.parametrize(
    "body",
    [
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.fork()",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.kill(0, 0)",
        "import os; os.killpg(os.getpgid(0), 0)",
        "import resource; resource.prlimit(__import__('os').getppid(), resource.RLIMIT_NOFILE, (5, 5))",
        "import os; os.chroot('.')",
        "import os; os.setuid(12345)",
        "import os; os.mknod('device', 0o20600, os.makedev(1, 1))",
    ],
)
def test_other_programs_and_processes_are_out_of_reach(tmp_path: Path, body: str) -> None:
    text = refusal(tmp_path, body)
    assert text.startswith(("PermissionError", "OSError")), text


CALL = """import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.{call} == -1:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"""


@linux
@pytest.mark.parametrize(
    "call",
    [
        "ptrace(16, os.getppid(), 0, 0)",
        "unshare(0x10000000)",
        "mount(b'x', b'.', b'tmpfs', 0, None)",
        "personality(0x0040000)",
        "syscall(425, 1, 0)",
        "syscall(434, os.getpid(), 0)",
    ],
)
def test_system_calls_of_attacks_are_refused(tmp_path: Path, call: str) -> None:
    assert refusal(tmp_path, CALL.format(call=call)).startswith("PermissionError")


@linux
def test_the_mode_of_a_file_that_may_be_read_stays(tmp_path: Path) -> None:
    found = attempt(tmp_path, "import os; os.chmod(__file__, 0o777); os.utime(__file__, (1, 1)); 1/0")
    file = tmp_path / "root" / "code" / "probe.py"
    assert found["type"] == "ZeroDivisionError"
    assert file.stat().st_mode & 0o777 != 0o777 and file.stat().st_mtime > 1


@linux
def test_the_filter_kills_calls_of_another_architecture(tmp_path: Path) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("x32 is of x86-64")
    found = attempt(tmp_path, "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39)")
    assert "kind" not in found


@linux
def test_memory_is_limited(tmp_path: Path) -> None:
    limits = dict(LIMITS, memoryBytes=256 << 20)
    found = attempt(tmp_path, "x = bytearray(300 << 20)", limits=limits)
    assert (found["type"], found["stage"]) == ("MemoryError", "load")


@linux
def test_the_size_of_a_file_is_limited_and_scratch_is_writable(tmp_path: Path) -> None:
    body = "import os\nopen(os.path.expanduser('~/small'), 'w').write('x')\nopen('big', 'wb').write(bytes(2 << 20))"
    text = refusal(tmp_path, body, limits=dict(LIMITS, fileBytes=1 << 20))
    assert text.startswith("OSError: [Errno 27]"), text
    assert (tmp_path / "scratch" / "small").read_text() == "x"


@linux
def test_the_parents_environment_is_not_seen(tmp_path: Path) -> None:
    text = refusal(tmp_path, "import os; raise ValueError(sorted(os.environ))", environ={"SECRET_KEY": "1"})
    assert "SECRET_KEY" not in text and "HOME" in text


@linux
def test_threads_and_semaphores_work(tmp_path: Path) -> None:
    body = (
        "import threading, multiprocessing\ndone = []\nt = threading.Thread(target=done.append, args=(1,))\n"
        "t.start(); t.join()\nmultiprocessing.Semaphore()\nraise ValueError(done)"
    )
    assert refusal(tmp_path, body) == "ValueError: [1]"


@linux
def test_with_network_allowed_a_connection_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)\nraise ValueError('made')"
        assert refusal(tmp_path, body, allow=["network"]) == "ValueError: made"


# What hosts lack: (x86-64, aarch64) numbers of calls, the first argument where only that is refused, the error.
LACKING = {
    "namespaces": [((272, 97), None, errno.EPERM)],
    "Landlock": [((444, 444), None, errno.ENOSYS)],
    "filters": [((157, 167), 22, errno.EINVAL)],
}


def host_without(*names: str) -> bytes:
    """A filter by which calls fail as on a host that lacks these."""
    column = ["x86_64", "aarch64"].index(platform.machine())
    code = [(0x20, 0, 0, 0)]
    for numbers, argument, error in (each for name in names for each in LACKING[name]):
        answer = (0x06, 0, 0, 0x00050000 | error)
        if argument is None:
            code += [(0x15, 0, 1, numbers[column]), answer]
        else:
            code += [(0x15, 0, 4, numbers[column]), (0x20, 0, 0, 16), (0x15, 0, 1, argument), answer, (0x06, 0, 0, 0x7FFF0000)]
    code.append((0x06, 0, 0, 0x7FFF0000))
    return b"".join(struct.pack("<HBBI", *each) for each in code)


HELD = "class M:\n    def predict(self, rows): return rows\nreturn M()"


def layers_without(tmp_path: Path, *names: str) -> Dict[str, Any]:
    found = attempt(tmp_path, HELD, filter=host_without(*names))
    assert found["kind"] == "ready", found
    return {layer["name"]: (layer["active"], layer["how"]) for layer in found["layers"]}


@linux
def test_a_host_without_namespaces_still_shuts_the_network_and_says_by_what(tmp_path: Path) -> None:
    found = layers_without(tmp_path, "namespaces")
    assert found["network"] == (True, "no sockets (seccomp)")
    assert all(active for active, _ in found.values())
    (tmp_path / "again").mkdir()
    body = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)"
    assert refusal(tmp_path / "again", body, filter=host_without("namespaces")).startswith("PermissionError")


@linux
def test_a_host_without_namespaces_keeps_its_shared_memory_to_itself(tmp_path: Path) -> None:
    body = "open('/dev/shm/plimsoll-escape', 'w')"
    assert refusal(tmp_path, body, filter=host_without("namespaces")).startswith("PermissionError")


@linux
def test_a_host_without_landlock_does_not_claim_that_files_are_out_of_reach(tmp_path: Path) -> None:
    found = layers_without(tmp_path, "Landlock")
    assert found["files"] == (False, "the kernel has no Landlock")
    assert [name for name, (active, _) in found.items() if not active] == ["files"]


@linux
def test_a_host_without_filters_and_namespaces_does_not_claim_that_the_network_is_shut(tmp_path: Path) -> None:
    found = layers_without(tmp_path, "filters", "namespaces")
    assert [name for name, (active, _) in found.items() if not active] == ["network", "system-calls"]
    assert "namespaces" in found["network"][1] and found["system-calls"][1]
    assert found["files"][0] and found["limits"][0] and found["privileges"][0]


@linux
def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    import os
    import subprocess
    import time

    script = tmp_path / "parent.py"
    script.write_text(
        f"import sys, os; sys.path[:0] = {[p for p in sys.path if p]!r}\n"
        "import test_sandbox, pathlib, worker\n"
        f"root = pathlib.Path({str(tmp_path)!r}); (root / 'r').mkdir(); (root / 's').mkdir()\n"
        "(root / 'r' / 'm.pkl').write_bytes(b'cthreading\\nEvent\\n(tR.')\n"
        "w = worker.Worker(root / 'r', root / 's', model=str(root / 'r' / 'm.pkl'), format='pickle', packages=str(root / 'r'))\n"
        # The socket stays open in a child of its own, so that only the death of the parent can end the worker.
        "os.set_inheritable(w._connection.fileno(), True)\n"
        "import subprocess; keeper = subprocess.Popen(['sleep', '30'], close_fds=False)\n"
        "print(w.process.pid, keeper.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    out = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE).stdout.split()
    worker_pid, keeper = map(int, out)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end and _lives(worker_pid):
            time.sleep(0.05)
        assert not _lives(worker_pid)
    finally:
        os.kill(keeper, 9)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
