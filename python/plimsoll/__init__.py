"""Save trained models as folders that load anywhere, load them again, and ask a Plimsoll server for predictions.

Everything is imported on first use (PEP 562): `plimsoll.worker` runs in environments that have nothing but the
standard library of Python 3.8.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, List

__version__ = "0.1.0"

__all__ = [
    "Client",
    "PlimsollError",
    "Prediction",
    "RowError",
    "VersionMismatch",
    "load",
    "save",
]

# Name → module that defines it.
_HOMES = {
    "Client": "plimsoll.client",
    "PlimsollError": "plimsoll.errors",
    "Prediction": "plimsoll.prediction",
    "RowError": "plimsoll.errors",
    "VersionMismatch": "plimsoll.errors",
    "load": "plimsoll.loading",
    "save": "plimsoll.saving",
}

if TYPE_CHECKING:
    from plimsoll.client import Client
    from plimsoll.errors import PlimsollError, RowError, VersionMismatch
    from plimsoll.loading import load
    from plimsoll.prediction import Prediction
    from plimsoll.saving import save


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'plimsoll' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted([*globals(), *_HOMES])
