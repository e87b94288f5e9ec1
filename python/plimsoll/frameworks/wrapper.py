"""The note beside a booster's file that says which class of the library it was held by."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, Dict, Optional

from plimsoll.frameworks.base import class_name


def note_path(path: Path) -> Path:
    return path.with_name("wrapper.json")


def write_note(path: Path, model: Any, extra: Optional[Dict[str, Any]] = None) -> None:
    """Keeps the class and those of its settings that differ from the defaults and are plain values."""
    note = {"class": class_name(model), "params": _settings(model), **(extra or {})}
    note_path(path).write_text(json.dumps(note, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_note(path: Path) -> Optional[Dict[str, Any]]:
    """The note of a model's file, or None: a bare booster has none."""
    note = note_path(path)
    if not note.is_file():
        return None
    found: Dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    return found


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
