"""The user's script as a module, and calls of what it defines."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import sys
from typing import Any, Callable, Dict, List, Optional


class ScriptError(Exception):
    """A script that has none of the forms that can be served."""


class Context:
    """What SageMaker's toolkit hands over as `context`; the fields that scripts read."""

    def __init__(self) -> None:
        self.system_properties: Dict[str, Any] = {"gpu_id": None, "model_dir": None}
        # Headers of the request that is being answered, as far as they are known here.
        self.request_property: Dict[str, str] = {}

    def get_request_header(self, _index: int, name: str) -> Optional[str]:
        """The header, whatever its case; None where it was not sent."""
        return next((value for key, value in self.request_property.items() if key.lower() == name.lower()), None)

    def about(self, content_type: Optional[str] = None, accept: Optional[str] = None, attributes: Optional[str] = None) -> None:
        """Tells it the request."""
        given = {"Content-Type": content_type, "Accept": accept, "X-Amzn-SageMaker-Custom-Attributes": attributes}
        self.request_property = {name: value for name, value in given.items() if value is not None}


CONTEXT = Context()


def import_script(path: str) -> Any:
    """Runs the script as a module of its own name; files beside it are importable."""
    folder, name = os.path.dirname(path), os.path.splitext(os.path.basename(path))[0]
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScriptError(f"{os.path.basename(path)} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def call(function: Callable[..., Any], *values: Any, count: Optional[int] = None) -> Any:
    """Calls it, and waits where it is a coroutine. With `count`, one that takes one more parameter gets `context`."""
    if count is not None and _takes(function) == count + 1:
        values = (*values, CONTEXT)
    answer = function(*values)
    if inspect.iscoroutine(answer):
        return _loop().run_until_complete(answer)
    return answer


_LOOPS: List[asyncio.AbstractEventLoop] = []


def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all calls: what a script opened in one belongs to it."""
    if not _LOOPS:
        _LOOPS.append(asyncio.new_event_loop())
    return _LOOPS[0]


def _takes(function: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return -1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in kinds for parameter in parameters)


def takes(function: Callable[..., Any]) -> int:
    """Count of parameters that it takes by place, without `self` of a bound method; -1 where that cannot be known."""
    return _takes(function)
