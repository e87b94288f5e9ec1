"""Environment variables, home and folder of a worker: what it needs, and nothing that the parent was given."""

from __future__ import annotations

import os
import tempfile

_KEPT = {"LANG", "LC_ALL", "LC_CTYPE", "LANGUAGE", "TZ", "PATH", "LD_LIBRARY_PATH"}
# Threads of one worker: there are several workers, and sums in another order are other numbers.
# TensorFlow has pools of its own, and XLA one of as many threads as NPROC says.
_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC",
)  # fmt: skip


def clean(scratch: str) -> None:
    """Home, temporary files and working folder are the scratch folder."""
    for name in list(os.environ):
        if name not in _KEPT and name not in _THREADS:
            del os.environ[name]
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    os.environ.update(HOME=scratch, TMPDIR=scratch, USER="plimsoll", LOGNAME="plimsoll")
    # What would ask programs or the network for something, which the sandbox refuses anyway: said before they wait for it.
    os.environ.update(LOKY_MAX_CPU_COUNT=str(os.cpu_count() or 1), HF_HUB_OFFLINE="1", TF_CPP_MIN_LOG_LEVEL="3")
    tempfile.tempdir = None
    os.chdir(scratch)
