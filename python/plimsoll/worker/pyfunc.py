"""Form `pyfunc`: a folder that MLflow wrote."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Dict, List, Optional

from plimsoll.frameworks import class_name
from plimsoll.own_modules import import_all
from plimsoll.worker import described, frames, mlmodel
from plimsoll.worker.around import rows_answered
from plimsoll.worker.libraries import LibraryMissing, library
from plimsoll.worker.mlmodel import MLmodel, MLmodelError
from plimsoll.worker.model import Model
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.values import Batch, Parts

# Fields of a flavour that name its model file. What else it is written in, the file itself shows.
_FILES = ("pickled_model", "data", "model_data", "serialized_model_file", "saved_model_dir")
# The model in the folder that flavours of networks name.
_IN_FOLDER = ("model.keras", "model.h5", "model.pth", "model.pt2", "model")
_NETWORKS = ("pytorch", "keras", "tensorflow")
_PICKLES = ("pickle", "cloudpickle")


def load(request: Request) -> Served:
    """By MLflow where the environment has it, else by the folder's own loader, else the file of a flavour known here."""
    assert request.model is not None
    found = mlmodel.read(os.path.join(request.model, "MLmodel"))
    pyfunc = found.flavours.get("python_function")
    if pyfunc is not None and library("mlflow") is not None:
        return Pyfunc(_by_mlflow(request.model), found, request)
    if pyfunc is not None and pyfunc.get("code"):
        sys.path.insert(0, _below(request.model, pyfunc["code"]))
    if pyfunc is not None and not pyfunc.get("loader_module", "mlflow").startswith("mlflow"):
        data = _below(request.model, pyfunc["data"]) if pyfunc.get("data") else request.model
        return Pyfunc(importlib.import_module(pyfunc["loader_module"])._load_pyfunc(data), found, request)
    return _native(found, request)


def _by_mlflow(folder: str) -> Any:
    """MLflow's own object: it puts columns in order and holds their types to the signature."""
    # Said before it is imported: otherwise it would wait for a network that is not there.
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
    pyfunc = importlib.import_module("mlflow.pyfunc")
    # The lock holds what it would warn about; and it would ask pip.
    return pyfunc.load_model(folder, suppress_warnings=True)


def _native(found: MLmodel, request: Request) -> Served:
    from plimsoll.worker.load import read_model

    assert request.model is not None
    for name, flavour in found.flavours.items():
        file = next((flavour[each] for each in _FILES if each in flavour), None)
        if name == "python_function" or file is None:
            continue
        path = _model_in(_below(request.model, file))
        if name in _NETWORKS:
            # What the network itself says of its tensors is more than a signature of MLflow does.
            import_all(request.code)
            return Model(read_model(path, None, request.allow), request)
        format = "pickle" if name == "sklearn" and flavour.get("serialization_format") in _PICKLES else None
        call = request.call or (mlmodel.call_of(found.signature) if found.signature else None)
        return Model(read_model(path, format, request.allow), request._replace(call=call))
    raise LibraryMissing("mlflow", f"the flavors {', '.join(found.flavours)} of MLmodel")


def _model_in(path: str) -> str:
    """The file that Python reads where a flavour names a folder."""
    if not os.path.isdir(path) or os.path.isfile(os.path.join(path, "saved_model.pb")):
        return path
    found = (os.path.join(path, name) for name in _IN_FOLDER)
    return next((each for each in found if os.path.exists(each)), path)


class Pyfunc(Served):
    """An object with `predict(rows)`: MLflow's own, or what the loader of the folder answers."""

    def __init__(self, loaded: Any, found: MLmodel, request: Request) -> None:
        self._loaded = loaded
        self._wanted: Optional[List[str]] = request.outputs
        inner = _inner(loaded)
        self._names = [str(each["name"]) for each in found.signature or [] if "name" in each] or None
        self.described = Described(
            form="pyfunc",
            class_=class_name(inner),
            inputs=described.inputs(inner) or mlmodel.inputs_of(found.signature),
            call=request.call or mlmodel.call_of(found.signature),
            outputs=request.outputs,
            classes=described.classes(inner),
        )

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        answer = self._loaded.predict(frames.as_taken(batch, self.described.call, self._names))
        return rows_answered(answer, batch.rows, self._wanted)


def _inner(loaded: Any) -> Any:
    """The model in MLflow's wrappers: of a library, or the person's own class."""
    for attribute in ("_model_impl", "sklearn_model", "pytorch_model", "keras_model", "python_model"):
        loaded = getattr(loaded, attribute, loaded)
    return loaded


def _below(folder: str, relative: str) -> str:
    path = os.path.normpath(os.path.join(folder, relative))
    if not path.startswith(folder + os.sep):
        raise MLmodelError(f"MLmodel names {relative}, which is outside of its folder")
    return path
