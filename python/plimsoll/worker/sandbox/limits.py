"""Layer `limits`: memory, size of files, threads, open files, no core dumps."""

from __future__ import annotations

import resource
from typing import Tuple

from plimsoll.worker.request import Limits

OPEN_FILES = 1024
# Address space beyond what may be written to: libraries are mapped, allocators reserve, neither is memory in use. Measured
# on import, mapped and writable: scikit-learn 1.9 0.5 and 0.2 GB, TensorFlow 2.21 1.0 and 0.3, PyTorch 2.5 with CUDA 3.2 and 0.7.
MAPPED_BYTES = 16 << 30


def limit(limits: Limits) -> str:
    """
    Memory is counted as RLIMIT_DATA: private pages that may be written to, threads' stacks too. RLIMIT_AS alone would
    count what is only reserved; it stays as the bound of shared memory, which RLIMIT_DATA does not count.
    """
    _lower(resource.RLIMIT_DATA, limits.memory_bytes)
    _lower(resource.RLIMIT_AS, limits.memory_bytes + MAPPED_BYTES)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    if hasattr(resource, "RLIMIT_NPROC"):
        _lower(resource.RLIMIT_NPROC, limits.processes)
    megabytes = limits.memory_bytes >> 20
    return f"{megabytes} MB of memory, {limits.file_bytes >> 20} MB a file, {limits.processes} threads"


def _lower(which: int, wanted: int) -> None:
    """Both bounds, so that nobody raises them again; never above what is there."""
    hard = resource.getrlimit(which)[1]
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    pair: Tuple[int, int] = (bound, bound)
    resource.setrlimit(which, pair)
