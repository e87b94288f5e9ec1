"""Form `pyfunc`: a folder that MLflow wrote."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Dict, List, Optional, Tuple

from plimsoll.frameworks import class_name
from plimsoll.worker import described, frames
from plimsoll.worker.around import rows_answered
from plimsoll.worker.libraries import library
from plimsoll.worker.model import Model
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.values import Batch, Parts

# Fields of a flavour that name its model file, and the format where the flavour alone says it.
_FILES = ("pickled_model", "data", "model_data", "serialized_model_file")
_FORMATS = {"sklearn": "joblib", "lightgbm": "lightgbm", "xgboost": "xgboost", "catboost": "catboost", "keras": "keras"}

Flavours = Dict[str, Dict[str, str]]


class PyfuncError(Exception):
    """An MLmodel that cannot be served."""


def load(request: Request) -> Served:
    """By MLflow's own loader where the environment has it, else the model file of a flavour that is known here."""
    assert request.model is not None
    flavours = flavours_of(os.path.join(request.model, "MLmodel"))
    pyfunc = flavours.get("python_function")
    if pyfunc is not None and pyfunc.get("code"):
        sys.path.insert(0, _below(request.model, pyfunc["code"]))
    module = "" if pyfunc is None else pyfunc.get("loader_module", "")
    if pyfunc is not None and (not module.startswith("mlflow") or library("mlflow") is not None):
        data = _below(request.model, pyfunc["data"]) if pyfunc.get("data") else request.model
        loaded = importlib.import_module(module)._load_pyfunc(data)
        return Pyfunc(loaded, request)
    return _native(flavours, request)


def _native(flavours: Flavours, request: Request) -> Served:
    from plimsoll.worker.load import read_model

    assert request.model is not None
    for name, flavour in flavours.items():
        file = next((flavour[each] for each in _FILES if each in flavour), None)
        if name != "python_function" and file is not None:
            format: Optional[str] = _FORMATS.get(name)
            if name == "sklearn" and flavour.get("serialization_format") in ("pickle", "cloudpickle"):
                format = "pickle"
            return Model(read_model(_below(request.model, file), format if name == "sklearn" else None), request)
    raise PyfuncError("the flavours need the package mlflow, which the environment does not have: add it to the requirements")


class Pyfunc(Served):
    """An object with `predict(rows)`, or `predict(rows, params)`, or MLflow's `predict(context, rows)` made one."""

    def __init__(self, loaded: Any, request: Request) -> None:
        self._loaded = loaded
        self._wanted: Optional[List[str]] = request.outputs
        inner = getattr(loaded, "sklearn_model", loaded)
        inputs = described.inputs(inner)
        self.described = Described(
            form="pyfunc",
            class_=class_name(loaded),
            inputs=inputs,
            call=request.call or {"container": "frame"},
            outputs=request.outputs,
            classes=described.classes(inner),
        )

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        answer = self._loaded.predict(frames.as_taken(batch, self.described.call, None))
        return rows_answered(answer, batch.rows, self._wanted)


def flavours_of(path: str) -> Flavours:
    """
    The `flavors` of an MLmodel. What is needed of its YAML is two levels of plain keys and values, read here so that the
    environment needs no package for it; anything deeper is passed over.
    """
    found: Flavours = {}
    name: Optional[str] = None
    is_within = False
    with open(path, encoding="utf-8") as file:
        for line in file:
            depth = len(line) - len(line.lstrip(" "))
            key, value = _pair(line)
            if depth == 0 and key:
                is_within = key == "flavors"
            elif is_within and depth == 2 and key:
                name = key
                found[name] = {}
            elif is_within and depth == 4 and name is not None and value not in ("", "null", "~"):
                found[name][key] = value
    if not found:
        raise PyfuncError("MLmodel has no flavors")
    return found


def _pair(line: str) -> Tuple[str, str]:
    key, _, value = line.strip().partition(":")
    return key.strip(), value.strip().strip("'\"")


def _below(folder: str, relative: str) -> str:
    path = os.path.normpath(os.path.join(folder, relative))
    if not path.startswith(folder + os.sep):
        raise PyfuncError(f"MLmodel names {relative}, which is outside of its folder")
    return path
