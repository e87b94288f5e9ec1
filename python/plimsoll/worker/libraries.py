"""Libraries that an environment may have or not. Asked for only once the sandbox holds, for importing them runs code."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Dict, List, Optional

_FOUND: Dict[str, Optional[Any]] = {}


class LibraryMissing(ModuleNotFoundError):
    """A library that a file needs and the environment does not have; `by`: what needs it."""

    def __init__(self, module: str, by: str) -> None:
        super().__init__(f"No module named {module!r}, which {by} needs", name=module)
        self.by = by


def library(name: str) -> Optional[Any]:
    """The module, imported where the environment has it; None where it has not."""
    if name not in _FOUND:
        try:
            _FOUND[name] = importlib.import_module(name)
        except ModuleNotFoundError as error:
            # What is there but lacks something that it needs is an error of the environment, not a library less.
            if error.name != name.split(".")[0]:
                raise
            _FOUND[name] = None
    return _FOUND[name]


def needed(name: str, by: str) -> Any:
    """The module, imported. Raises `LibraryMissing` where the environment does not have it."""
    found = library(name)
    if found is None:
        raise LibraryMissing(name, by)
    return found


def imported(name: str) -> Optional[Any]:
    """The module where something has imported it already: a value can be of its types only then."""
    return sys.modules.get(name)


def versions() -> Dict[str, str]:
    """Distributions of which something is imported, with their versions."""
    try:
        from importlib.metadata import distributions
    except ImportError:
        return {}
    found: Dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name and any(module in sys.modules for module in _modules(distribution, name)):
            found[name] = distribution.version
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _modules(distribution: Any, name: str) -> List[str]:
    """Modules that a distribution brings: as it says, else the folders of its files, else what it is called."""
    said = distribution.read_text("top_level.txt")
    if said:
        return list(said.split())
    record = distribution.read_text("RECORD") or ""
    tops = {line.split("/", 1)[0].split(",", 1)[0].split(".py", 1)[0] for line in record.splitlines()}
    tops = {top for top in tops if top.isidentifier()}
    return sorted(tops) or [name.replace("-", "_")]
