"""What is said of an exception: where in the user's own code it was raised, and which module could not be found.

Nothing of a model or script ends a worker silently: whatever it raises, `SystemExit` too, becomes one message.
"""

from __future__ import annotations

import linecache
import os
import traceback
from types import TracebackType
from typing import Any, Dict, List, NamedTuple, Optional

from plimsoll.worker.libraries import LibraryMissing

TRACEBACK_LIMIT = 16 * 1024
MESSAGE_LIMIT = 8 * 1024
LINE_LIMIT = 500

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_IMPORT_MACHINERY = ("<frozen importlib", "importlib/__init__.py", "importlib/_bootstrap")


class OutputError(Exception):
    """An answer that is nothing that can be sent."""


class RowsRefused(Exception):
    """Rows that the code in front of the model does not take; the cause is what it raised."""


class FormRefused(Exception):
    """A content type that the code does not read, or does not write (`accept`); the cause is what it raised."""

    def __init__(self, header: str, why: str = "") -> None:
        super().__init__(why)
        self.header = header


class Places(NamedTuple):
    """Folders by which files are named: those of the user, and the libraries'."""

    root: str
    packages: str


class Frame(NamedTuple):
    file: str
    line: int
    function: str
    variables: Dict[str, Any]


def describe(error: BaseException, stage: str, places: Places) -> Dict[str, Any]:
    """The message `error` of an exception, without `id` and `rss`. Never raises."""
    if isinstance(error, RowsRefused):
        stage, error = "rows", error.__cause__ or error
    elif isinstance(error, FormRefused):
        stage, error = error.header, error.__cause__ or error
    elif isinstance(error, OutputError):
        stage = "output"
    elif stage == "code" and _is_row_error(error):
        stage = "rows"
    try:
        frames = _frames(error.__traceback__)
        return {
            "kind": "error",
            "stage": stage,
            "type": _type(error),
            "message": _message(error) + _advice(error, frames),
            "at": _at(error, frames, places),
            "missing": _missing(error, frames, places),
            "traceback": _traceback(error, places),
        }
    except Exception:  # Its own __str__ may raise; memory may be short.
        return {
            "kind": "error",
            "stage": stage,
            "type": type(error).__name__,
            "message": "(it cannot be shown)",
            "at": None,
            "missing": None,
            "traceback": "",
        }


def _type(error: BaseException) -> str:
    # People know the name that Python gives it.
    return "ModuleNotFoundError" if isinstance(error, LibraryMissing) else type(error).__qualname__


def _is_row_error(error: BaseException) -> bool:
    return any(c.__name__ == "RowError" and c.__module__.split(".")[0] == "plimsoll" for c in type(error).__mro__)


def _message(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, SystemExit):
        text = f"it called sys.exit({error.code!r})"
    elif isinstance(error, MemoryError) and not text:
        text = "no memory left within the worker's limit"
    return text if len(text) <= MESSAGE_LIMIT else text[:MESSAGE_LIMIT] + "…"


def _advice(error: BaseException, frames: List[Frame]) -> str:
    """What to do about a class that was defined in the program that was run: no file can be given for it."""
    for frame in frames[-2:]:
        if isinstance(error, AttributeError) and frame.function == "find_class" and _pickled(frame)[0] == "__main__":
            name = _pickled(frame)[1]
            origin = f"{name} was defined in the notebook or program that saved it"
            return f": {origin}; define it in a module of its own and save again"
    return ""


def _frames(trace: Optional[TracebackType]) -> List[Frame]:
    """Frames from the outermost to the innermost, without the worker's own and those of the import machinery."""
    found = []
    for frame, line in traceback.walk_tb(trace):
        code = frame.f_code
        if _is_shown(code.co_filename) or code.co_name == "find_class":
            found.append(Frame(code.co_filename, line, code.co_name, frame.f_locals))
    return found


def _is_shown(file: str) -> bool:
    return not file.startswith(_OWN) and not any(part in file for part in _IMPORT_MACHINERY)


def _is_users(file: str, places: Places) -> bool:
    return file.startswith(places.root + os.sep)


def _shown_as(file: str, places: Places) -> str:
    """A file's name relative to the folder that holds it."""
    for folder in (places.root, places.packages):
        if file.startswith(folder + os.sep):
            return file[len(folder) + 1 :]
    return file


def _at(error: BaseException, frames: List[Frame], places: Places) -> Optional[Dict[str, Any]]:
    """Innermost line of the user's own code, else of a library."""
    if isinstance(error, SyntaxError) and error.filename and _is_users(error.filename, places):
        file, line = error.filename, error.lineno or 1
    else:
        shown = [frame for frame in frames if _is_shown(frame.file)]
        own = [frame for frame in shown if _is_users(frame.file, places)]
        if not shown:
            return None
        file, line = (own or shown)[-1][:2]
    text = linecache.getline(file, line).strip()[:LINE_LIMIT]
    return {"file": _shown_as(file, places), "line": line, "text": text}


def _missing(error: BaseException, frames: List[Frame], places: Places) -> Optional[Dict[str, str]]:
    """The module that is not there, or lacks the name asked of it, and what asks: a pickled class, a line."""
    if isinstance(error, LibraryMissing):
        return {"module": str(error.name), "by": error.by}
    if isinstance(error, ImportError) and error.name:
        module = error.name
    elif isinstance(error, AttributeError) and any(frame.function == "find_class" for frame in frames[-2:]):
        # The unpickler written in Python looks names up in a function of its own, below find_class.
        frames = [frame for frame in frames if frame.function != "_getattribute"]
        module = str(_pickled(frames[-1])[0])
    else:
        return None
    for frame in reversed(frames):
        if frame.function == "find_class":
            return {"module": module, "by": "the pickled class " + ".".join(map(str, _pickled(frame)))}
        return {"module": module, "by": f"{_shown_as(frame.file, places)} line {frame.line}"}
    return {"module": module, "by": "the model"}


def _pickled(frame: Frame) -> List[Any]:
    """Module and name that an unpickler was looking for: the arguments of `find_class`, whatever they are called."""
    variables = frame.variables
    module = next((variables[name] for name in ("module", "mod_name", "module_name") if name in variables), "?")
    return [module, variables.get("name", variables.get("global_name", "?"))]


def _traceback(error: BaseException, places: Places) -> str:
    """The traceback without the worker's own frames, at most 16 KB: its end, where the cause is."""
    formatted = traceback.TracebackException.from_exception(error, limit=-60)
    link: Optional[traceback.TracebackException] = formatted
    seen = 0
    while link is not None and seen < 20:
        shown = [each for each in link.stack if _is_shown(each.filename)]
        link.stack = traceback.StackSummary.from_list(shown)
        link, seen = link.__cause__ or link.__context__, seen + 1
    text = "".join(formatted.format()).replace(places.root + os.sep, "").replace(places.packages + os.sep, "")
    return text if len(text) <= TRACEBACK_LIMIT else "…" + text[-TRACEBACK_LIMIT + 1 :]
