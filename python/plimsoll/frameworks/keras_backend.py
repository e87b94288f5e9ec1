"""Which backend Keras 3 computes with. It reads the variable once, when it is imported, and takes TensorFlow where nobody says."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import zipfile
from pathlib import Path
from typing import Any, NamedTuple, Optional

VARIABLE = "KERAS_BACKEND"
#: The module that each needs, in the order in which they are taken: Keras' own choice first, those that only infer last.
MODULES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch", "openvino": "openvino", "numpy": "numpy"}
#: Layers over texts compute with TensorFlow, whatever the backend is (keras/src/layers/preprocessing).
OF_TEXTS = ("StringLookup", "TextVectorization", "HashedCrossing", "Hashing")


class Choice(NamedTuple):
    """A backend, and why it is that one."""

    name: str
    why: str


def choose(path: Optional[Path]) -> Optional[Choice]:
    """
    Says in the environment which backend it is, before Keras is imported: the one that `KERAS_BACKEND` names, else the one that
    the file needs or was written with, else the first that is installed. None where Keras 3 is not here, or no backend.
    """
    if not _is_installed("keras"):
        return None
    said = os.environ.get(VARIABLE)
    if said:
        return Choice(said, f"{VARIABLE} says so")
    found = _wanted(path) or next((Choice(name, "it is installed") for name in MODULES if _is_here(name)), None)
    if found is not None:
        os.environ[VARIABLE] = found.name
    return found


def missing(choice: Optional[Choice]) -> Optional[str]:
    """The module that the backend needs and the environment lacks; None where it is there, or Keras knows better."""
    module = None if choice is None else MODULES.get(choice.name)
    return None if module is None or _is_installed(module) else module


def _wanted(path: Optional[Path]) -> Optional[Choice]:
    if path is None or not path.is_file():
        return None
    if _has_texts(path) and _is_here("tensorflow"):
        return Choice("tensorflow", "its layers over texts need it")
    written = _written_with(path)
    return Choice(written, "the file was written with it") if written is not None and _is_here(written) else None


def _has_texts(path: Path) -> bool:
    """Of an archive of Keras; its configuration is read as data."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        if "config.json" not in archive.namelist():
            return False
        text = json.dumps(json.loads(archive.read("config.json")))
    return any(f'"class_name": "{name}"' in text for name in OF_TEXTS)


def _written_with(path: Path) -> Optional[str]:
    """HDF5 alone keeps it, as an attribute (keras/src/legacy/saving/legacy_h5_format.py)."""
    with open(path, "rb") as file:
        if not file.read(8).startswith(b"\x89HDF"):
            return None
    h5py = importlib.import_module("h5py")
    with h5py.File(path, "r") as opened:
        found: Any = opened.attrs.get("backend")
    found = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
    return found if isinstance(found, str) and found in MODULES else None


def _is_here(name: str) -> bool:
    return _is_installed(MODULES[name])


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
