"""Values of arrays as JSON holds them here: NaN is null, infinities are "Infinity" and "-Infinity"."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional

from plimsoll.errors import PlimsollError


def json_cell(value: Any) -> Any:
    """One cell: a number, a boolean, a text or null."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, bytes):
        return value.decode("utf-8")
    # pandas' NA and NaT are equal to nothing, not even to themselves.
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    raise PlimsollError(
        "OUTPUT_INVALID" if not hasattr(value, "isoformat") else "SAMPLE_INVALID",
        f"Cannot write a value of type {type(value).__name__} as JSON: {str(value)[:60]!r}.",
        "Numbers, booleans, texts and missing values can be written.",
    )


def to_json(value: Any) -> Any:
    """Arrays, frames, tensors and lists of these, as nested lists."""
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if hasattr(value, "toarray"):
        value = value.toarray()
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if hasattr(value, "ndim") and value.ndim > 0:
        return to_json(value.tolist())
    return json_cell(value)


def dense(value: Any) -> Any:
    """An output as an ndarray (one that is a list of matrices: a list of them)."""
    import numpy

    if isinstance(value, (list, tuple)) and value and all(getattr(part, "ndim", 0) == 2 for part in value):
        return [dense(part) for part in value]
    if hasattr(value, "toarray"):
        value = value.toarray()
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return numpy.asarray(value)


def labels_of(values: Any) -> Optional[Dict[str, Any]]:
    """Classes as a signature writes them, or None where they are of no one type."""
    found: List[Any] = [json_cell(value) for value in values]
    for name, kinds in (("string", (str,)), ("bool", (bool,)), ("int", (int,)), ("float", (int, float))):
        if all(isinstance(value, kinds) and (name == "bool" or not isinstance(value, bool)) for value in found):
            return {"type": name, "values": found}
    return None
