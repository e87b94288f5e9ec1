"""Numbers of system calls and constants of the filter beside the kernel's own headers, where these are installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict

import pytest
from plimsoll.worker.sandbox import numbers, seccomp, system

# Package linux-libc-dev of Debian. The generic table is that of aarch64.
HEADERS = [("x86_64", "x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "asm-generic/unistd.h")]
TABLES = [numbers.REFUSED, numbers.IGNORED, numbers.ATTRIBUTES, numbers.CONNECTIONS, numbers.JUDGED]
OWN = {
    "capset": system.CAPSET,
    "landlock_create_ruleset": system.LANDLOCK_CREATE_RULESET,
    "landlock_add_rule": system.LANDLOCK_ADD_RULE,
    "landlock_restrict_self": system.LANDLOCK_RESTRICT_SELF,
}


def numbers_in(path: Path) -> Dict[str, int]:
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    return {name: int(number) for name, number in re.findall(r"^#define\s+__NR\w*?_(\w+)\s+(\d+)$", path.read_text(), re.M)}


@pytest.mark.parametrize(("machine", "header"), HEADERS)
def test_every_number_is_the_kernels(machine: str, header: str) -> None:
    kernel = numbers_in(Path("/usr/include") / header)
    column = [each for each, _ in HEADERS].index(machine)
    newest = max(kernel.values())
    ours = {name: pair[column] for table in TABLES for name, pair in table.items()}
    ours.update({name: number[machine] if isinstance(number, dict) else number for name, number in OWN.items()})
    # Headers older than a call do not speak of it; those with one number for all machines are the newest.
    wrong = {
        name: (number, kernel.get(name))
        for name, number in ours.items()
        if kernel.get(name) != number and not (name not in kernel and number is not None and number > newest)
    }
    assert wrong == {}
    assert len(set(ours) & set(kernel)) > 70


def test_every_call_that_opens_a_way_out_has_a_number_on_both_machines() -> None:
    for name in ("execve", "ptrace", "bpf", "io_uring_setup", "unshare", "mount", "userfaultfd"):
        assert None not in numbers.REFUSED[name], name


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_only_jumps_forward_within_itself_and_ends_with_an_answer(machine: str) -> None:
    for is_connected in (False, True):
        program = seccomp.program(machine, 4321, is_connected)
        for at, (code, if_true, if_false, _) in enumerate(program):
            if code in (0x15, 0x35, 0x45):
                assert max(if_true, if_false) + at + 1 < len(program)
        assert program[-1][0] == 0x06
        # BPF_MAXINSNS.
        assert len(program) <= 4096
