"""Modules that travel with a model. Some files name no class by its module: importing the module is what makes it known."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Iterable, List

#: Formats of libraries in which classes and operators register themselves when their module is imported.
REGISTERING = ("keras", "savedmodel", "torch")


def import_all(folders: Iterable[str]) -> None:
    """Imports each module and package that lies directly in one of the folders. Raises what their code raises."""
    for name in sorted({name for folder in folders for name in _names_in(Path(folder))}):
        importlib.import_module(name)


def _names_in(folder: Path) -> List[str]:
    if not folder.is_dir():
        return []
    files = [path.stem for path in folder.glob("*.py") if path.stem.isidentifier()]
    return files + [path.parent.name for path in folder.glob("*/__init__.py") if path.parent.name.isidentifier()]
