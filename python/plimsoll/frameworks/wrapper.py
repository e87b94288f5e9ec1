"""A booster held by a class in the manner of scikit-learn: a folder of the booster's file and a note of the class."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from plimsoll.frameworks.base import class_name


#: Folder that both are in, below that of the saved model.
FOLDER = "model"
_NOTE = "wrapper.json"


def write_wrapped(folder: Path, model: Any, file: str, extra: Optional[Dict[str, Any]] = None) -> Path:
    """Writes the note: the class, and those of its settings that differ from the defaults and are plain values.

    Answers where the booster belongs, under the name `file`.
    """
    inner = folder / FOLDER
    inner.mkdir()
    note = {"class": class_name(model), "params": _settings(model), "file": file, **(extra or {})}
    (inner / _NOTE).write_text(json.dumps(note, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return inner / file


def read_wrapped(path: Path) -> Tuple[Path, Optional[Dict[str, Any]]]:
    """The booster's file and the note; None for a file alone, which is a bare booster."""
    if not path.is_dir():
        return path, None
    note: Dict[str, Any] = json.loads((path / _NOTE).read_text(encoding="utf-8"))
    return path / Path(str(note["file"])).name, note


def class_of(note: Dict[str, Any], library: str) -> Any:
    """The class that a note names; only classes of the library itself."""
    module, _, name = str(note["class"]).rpartition(".")
    if module.split(".")[0] != library:
        raise ValueError(f'wrapper.json names the class "{note["class"]}", which is not one of {library}')
    return getattr(importlib.import_module(module), name)


def _settings(model: Any) -> Dict[str, Any]:
    defaults = _parameters(_bare(type(model)))
    kept = {}
    for name, value in _parameters(model).items():
        # By text, for a NaN is not equal to itself.
        if repr(value) != repr(defaults.get(name)) and _is_plain(value):
            kept[name] = value
    return kept


def _bare(kind: Any) -> Any:
    try:
        return kind()
    except TypeError:
        return None


def _parameters(model: Any) -> Dict[str, Any]:
    found: Dict[str, Any] = model.get_params() if model is not None else {}
    return found


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
