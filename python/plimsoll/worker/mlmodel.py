"""What an MLmodel says, without a package for YAML: flavours of plain keys and values, and the inputs of the signature."""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

Flavours = Dict[str, Dict[str, str]]
# pandas' name of each type of a column (mlflow/types/schema.py, DataType); text and float64 are what rows have anyway.
_TYPES = {"boolean": "bool", "integer": "int32", "long": "int64", "float": "float32", "datetime": "datetime64[ns]"}
_KINDS = {"boolean": "bool", "string": "string"}


class MLmodelError(Exception):
    """An MLmodel that cannot be served."""


class MLmodel(NamedTuple):
    """Flavours by name, and the columns or tensors of the signature; None where it states none."""

    flavours: Flavours
    signature: Optional[List[Dict[str, Any]]]


def read(path: str) -> MLmodel:
    """Reads the file. Raises `MLmodelError` where it names no flavours."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    flavours = _flavours(lines)
    if not flavours:
        raise MLmodelError("MLmodel has no flavors")
    return MLmodel(flavours, _signature(lines))


def call_of(signature: Optional[List[Dict[str, Any]]]) -> Dict[str, Any]:
    """How rows are given: as MLflow does, which is strict about the types that the signature states."""
    if signature and all(each.get("type") == "tensor" for each in signature):
        if len(signature) == 1 and "name" not in signature[0]:
            return {"container": "array", "dtype": str(signature[0].get("tensor-spec", {}).get("dtype", "float64"))}
        return {"container": "tensors"}
    dtypes = {str(each.get("name", f"x{at}")): _TYPES.get(str(each.get("type"))) for at, each in enumerate(signature or [])}
    return {"container": "frame", "dtypes": {name: dtype for name, dtype in dtypes.items() if dtype is not None}}


def inputs_of(signature: Optional[List[Dict[str, Any]]]) -> Optional[Dict[str, Any]]:
    """Columns of the signature as `Described.inputs`; None where it has none, or others than numbers, text and booleans."""
    known = {*_TYPES, "double", "string"} - {"datetime"}
    if not signature or not all(each.get("type") in known for each in signature):
        return None
    columns = [
        {"name": str(each.get("name", f"x{at}")), "named": "name" in each, "type": _KINDS.get(each["type"], "number")}
        for at, each in enumerate(signature)
    ]
    return {"form": "table", "columns": columns}


def _flavours(lines: List[str]) -> Flavours:
    """Two levels of plain keys and values below `flavors`; anything deeper is passed over."""
    found: Flavours = {}
    name: Optional[str] = None
    for line, depth, key, value in _below("flavors", lines):
        if depth == 2 and key:
            name = key
            found[name] = {}
        elif depth == 4 and name is not None and value not in ("", "null", "~") and not line.lstrip().startswith("-"):
            found[name][key] = value.strip("'\"")
    return found


def _signature(lines: List[str]) -> Optional[List[Dict[str, Any]]]:
    """The JSON behind `inputs`, which YAML folds over several lines; an apostrophe in it is doubled."""
    text: Optional[str] = None
    for line, depth, key, value in _below("signature", lines):
        if text is None:
            if depth == 2 and key == "inputs" and value.startswith("'"):
                text = value[1:]
        else:
            text += " " + line.strip()
        if text is not None and text.replace("''", "").endswith("'"):
            try:
                found = json.loads(text[:-1].replace("''", "'"))
            except ValueError:
                return None
            is_listed = isinstance(found, list) and all(isinstance(each, dict) for each in found)
            return found if is_listed else None
    return None


def _below(section: str, lines: List[str]) -> List[Tuple[str, int, str, str]]:
    """Lines of one section of the first level: the line, its depth, key and value."""
    found = []
    is_within = False
    for line in lines:
        depth = len(line) - len(line.lstrip(" "))
        key, _, value = line.strip().partition(":")
        if depth == 0 and line:
            is_within = key.strip() == section
        elif is_within:
            found.append((line, depth, key.strip(), value.strip()))
    return found
