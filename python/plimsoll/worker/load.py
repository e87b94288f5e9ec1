"""From a request to a version that can be served. Everything here runs inside of the sandbox."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path
from typing import Any, Optional, Sequence

from plimsoll.frameworks import keras, keras_backend, load_model
from plimsoll.own_modules import REGISTERING, import_all
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


#: Permission to make the functions of Lambda layers, which are code in the file.
LAMBDA = "lambda"


def prepare(request: Request) -> None:
    """Makes the environment and the user's modules importable: the latter come first. `.pth` files run code here."""
    site.addsitedir(request.packages)
    sys.path[:0] = request.code
    if request.backend is not None:
        os.environ[keras_backend.VARIABLE] = request.backend


def load(request: Request) -> Served:
    """The version of whatever form. Raises what the model's or the user's code raises."""
    # Before anything imports Keras, which looks at it once.
    backend = keras_backend.choose(None if request.model is None else Path(request.model))
    if request.script is not None:
        from plimsoll.worker import scripts

        return scripts.load(request)
    if request.model is None:
        raise ValueError("there is neither a model nor a script to load")
    if (Path(request.model) / "MLmodel").is_file():
        from plimsoll.worker import pyfunc

        return pyfunc.load(request)
    format = request.format or detect.format_of(request.model)
    if format == "keras":
        _tell(backend)
    if format in REGISTERING:
        for module in _NEEDED[format]:
            needed(module, f"the {format} file {os.path.basename(request.model)}")
        import_all(request.code)
    return Model(read_model(request.model, format, request.allow), request)


def _tell(backend: Optional[keras_backend.Choice]) -> None:
    """Which backend it is goes to the log. Raises `LibraryMissing` where it is not there."""
    lacking = keras_backend.missing(backend)
    if backend is not None and lacking is not None:
        needed(lacking, f"the backend {backend.name} of Keras ({backend.why})")
    if backend is not None:
        print(f"plimsoll: Keras runs on {backend.name}: {backend.why}")


def read_model(path: str, format: Optional[str], allow: Sequence[str] = ()) -> Any:
    """The object that a file or folder holds; `allow`: what a person permits beyond trust."""
    found = format or detect.format_of(path)
    if found in ("pickle", "cloudpickle", "dill"):
        return pickles.read_pickle(path)
    if found in ("joblib", "sklearn", "scikit-learn"):
        return pickles.read_joblib(path)
    for module in _NEEDED.get(found, ()):
        needed(module, f"the {found} file {os.path.basename(path)}")
    if found == "keras":
        return keras.load(Path(path), is_safe=LAMBDA not in allow)
    if found == "skops":
        skops = needed("skops.io", f"the skops file {os.path.basename(path)}")
        return skops.load(path, trusted=skops.get_untrusted_types(file=path))
    return load_model(Path(path), found)
