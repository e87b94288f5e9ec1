"""What a fitted model says about the rows that it takes, read from its attributes; nothing is called but properties."""

from __future__ import annotations

from typing import Any, Dict, List, Optional


def feature_names(model: Any) -> Optional[List[str]]:
    """Names of its columns as it was fitted with them, or None."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


def inputs(model: Any) -> Optional[Dict[str, Any]]:
    names = feature_names(model)
    count = getattr(model, "n_features_in_", None)
    if names is None and count is None:
        return None
    keys = names if names is not None else [f"x{index}" for index in range(int(count or 0))]
    return {"form": "table", "columns": [{"name": key, "named": names is not None, "type": "number"} for key in keys]}


def call(model: Any, found: Optional[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    return {"container": "frame"} if feature_names(model) is not None else {"container": "array"}


def classes(model: Any) -> Optional[List[Any]]:
    """Labels of its classes, as JSON holds them."""
    found = getattr(model, "classes_", None)
    if found is None or getattr(found, "ndim", 1) != 1:
        return None
    values = found.tolist() if hasattr(found, "tolist") else list(found)
    return values if all(isinstance(value, (str, bool, int, float)) for value in values) else None
