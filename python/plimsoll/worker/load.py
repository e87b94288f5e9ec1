"""From a request to a version that can be served. Everything here runs inside of the sandbox."""

from __future__ import annotations

import site
import sys
from typing import Any

from plimsoll.worker import pickles
from plimsoll.worker.model import Model
from plimsoll.worker.request import Request
from plimsoll.worker.served import Served


def prepare(request: Request) -> None:
    """Makes the environment and the user's modules importable: the latter come first. `.pth` files run code here."""
    site.addsitedir(request.packages)
    sys.path[:0] = request.code


def load(request: Request) -> Served:
    return Model(read_model(request.model, request.format), request)


def read_model(path: Any, format: Any) -> Any:
    return pickles.read_joblib(path) if format in (None, "joblib") else pickles.read_pickle(path)
