"""Save trained models as folders that load anywhere, load them again, and ask a Plimsoll server for predictions.

Everything is imported on first use (PEP 562): `plimsoll.worker` runs in environments that have nothing but the
standard library of Python 3.8.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, List

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
    __version__: str

    from plimsoll.client import Client
    from plimsoll.errors import PlimsollError, RowError, VersionMismatch
    from plimsoll.loading import load
    from plimsoll.prediction import Prediction
    from plimsoll.saving import save


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if name == "__version__":
        value: Any = _version()
    elif home is not None:
        value = getattr(importlib.import_module(home), name)
    else:
        raise AttributeError(f"module 'plimsoll' has no attribute {name!r}")
    globals()[name] = value
    return value


def _version() -> str:
    """
    The program's version, which is written once, in its `package.json`: beside this folder in a checkout and in the npm
    package. A wheel has it in its metadata; a bare copy of this folder does not say.
    """
    import json
    from importlib import metadata
    from pathlib import Path

    try:
        program = json.loads((Path(__file__).parents[2] / "package.json").read_text(encoding="utf-8"))
        if program["name"] == "plimsoll":
            return str(program["version"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        pass
    try:
        return metadata.version("plimsoll-ml")
    except metadata.PackageNotFoundError:
        return "0+unknown"


def __dir__() -> List[str]:
    return sorted([*globals(), *_HOMES, "__version__"])
