"""From a request to a version that can be served. Everything here runs inside of the sandbox."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path
from typing import Any, Optional

from plimsoll.frameworks import load_model
from plimsoll.worker import detect, pickles
from plimsoll.worker.libraries import needed
from plimsoll.worker.model import Model
from plimsoll.worker.request import Request
from plimsoll.worker.served import Served


# Libraries of the formats that only these read.
_NEEDED = {
    "xgboost": ("xgboost",), "lightgbm": ("lightgbm",), "catboost": ("catboost",), "torch": ("torch",),
    "keras": ("keras",), "savedmodel": ("tensorflow",), "skops": ("skops",),
}  # fmt: skip


def prepare(request: Request) -> None:
    """Makes the environment and the user's modules importable: the latter come first. `.pth` files run code here."""
    site.addsitedir(request.packages)
    sys.path[:0] = request.code


def load(request: Request) -> Served:
    """The version of whatever form. Raises what the model's or the user's code raises."""
    if request.script is not None:
        from plimsoll.worker import scripts

        return scripts.load(request)
    if request.model is None:
        raise ValueError("there is neither a model nor a script to load")
    if (Path(request.model) / "MLmodel").is_file():
        from plimsoll.worker import pyfunc

        return pyfunc.load(request)
    return Model(read_model(request.model, request.format), request)


def read_model(path: str, format: Optional[str]) -> Any:
    """The object that a file or folder holds."""
    found = format or detect.format_of(path)
    if found in ("pickle", "cloudpickle", "dill"):
        return pickles.read_pickle(path)
    if found in ("joblib", "sklearn", "scikit-learn"):
        return pickles.read_joblib(path)
    for module in _NEEDED.get(found, ()):
        needed(module, f"the {found} file {os.path.basename(path)}")
    if found == "skops":
        skops = needed("skops.io", f"the skops file {os.path.basename(path)}")
        return skops.load(path, trusted=skops.get_untrusted_types(file=path))
    return load_model(Path(path), found)
