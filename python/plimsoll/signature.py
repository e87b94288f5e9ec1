"""Signature of a model in the form of `src/model/signature.ts`: inputs from the sample, outputs from what it answers."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from plimsoll.frameworks import Framework
from plimsoll.sample import DTYPES, Column, Sample
from plimsoll.values import dense, json_cell, labels_of

#: Columns that are tried one by one with a missing value; a wider table is tried as a whole only.
_PROBED = 200


def signature_of(framework: Framework, model: Any, sample: Sample, answers: Dict[str, Any]) -> Dict[str, Any]:
    """`answers`: outputs of the model for some rows of the sample."""
    classes = _classes(model)
    outputs = [_output(name, value, classes) for name, value in answers.items()]
    main = next((output.get("classes") for output in outputs if output["name"] == "predict"), None)
    signature: Dict[str, Any] = {"form": sample.form, "outputs": outputs, "classes": main}
    if sample.form == "tensors":
        return {**signature, "tensors": sample.tensors}
    nullable = _nullable(framework, model, sample, next(iter(answers)))
    return {**signature, "columns": [_column(column, column.name in nullable) for column in sample.columns]}


def _column(column: Column, nullable: bool) -> Dict[str, Any]:
    found: Dict[str, Any] = {
        "name": column.name,
        "named": column.named,
        "type": column.type,
        "nullable": nullable,
    }
    if column.categories is not None:
        # pandas makes an unknown category a missing value; where that is no good, it is refused at the door.
        found.update(categories=column.categories, unknown="ignore" if nullable else "error")
    return found


def _classes(model: Any) -> Optional[Dict[str, Any]]:
    found = getattr(model, "classes_", None)
    if found is None or not callable(getattr(model, "predict", None)):
        return None
    return labels_of(found) if getattr(found, "ndim", 1) == 1 and not _is_nested(found) else None


def _is_nested(found: Any) -> bool:
    return any(hasattr(value, "__len__") and not isinstance(value, (str, bytes)) for value in found)


def _output(name: str, value: Any, classes: Optional[Dict[str, Any]]) -> Dict[str, Any]:
    array = dense(value)
    if isinstance(array, list):
        widths = {part.shape[1] for part in array}
        width = widths.pop() if len(widths) == 1 else -1
        return {"name": name, "dtype": array[0].dtype.name, "shape": [-1, width], "parts": len(array)}
    found: Dict[str, Any] = {"name": name, "dtype": dtype_of(array), "shape": [-1, *array.shape[1:]]}
    if classes is not None and _is_of_classes(name, array, classes):
        found["classes"] = classes
    return found


def _is_of_classes(name: str, array: Any, classes: Dict[str, Any]) -> bool:
    count = len(classes["values"])
    if name == "predict":
        known = set(classes["values"])
        return array.ndim == 1 and all(json_cell(value) in known for value in array.tolist())
    if name == "predict_proba":
        return bool(array.ndim == 2 and array.shape[1] == count)
    return name == "decision_function" and (array.ndim == 1 if count <= 2 else array.shape[1:] == (count,))


def dtype_of(array: Any) -> str:
    """Type of an output's tensor, as a worker sends it."""
    if array.dtype.name in DTYPES:
        return str(array.dtype.name)
    if array.dtype.kind == "O":
        cells = [value for value in array.reshape(-1).tolist() if value is not None]
        kinds = {type(value) for value in cells}
        for kind, name in ((bool, "bool"), (int, "int64")):
            if kinds == {kind} and len(cells) == array.size:
                return name
        return "float64" if kinds <= {int, float} else "string"
    return "float64" if array.dtype.kind == "f" else "string"


def _nullable(framework: Framework, model: Any, sample: Sample, output: str) -> List[str]:
    """Columns in which the model accepts nothing, found by trying: a row with one value taken away."""
    if sample.form != "table":
        return []
    able = [column for column in sample.columns if column.holds_missing]
    if not able or _accepts(framework, model, sample, able, output):
        return [column.name for column in able]
    if len(able) > _PROBED:
        return [column.name for column in able if column.has_missing]
    return [
        column.name for column in able if column.has_missing or _accepts(framework, model, sample, [column], output)
    ]


def _accepts(framework: Framework, model: Any, sample: Sample, columns: List[Column], output: str) -> bool:
    taken = sample.take([0, sample.rows - 1]).copy()
    for column in columns:
        if hasattr(taken, "iloc"):
            at = taken.columns.get_loc(column.name)
            taken.iloc[0, at] = None if column.type == "string" and column.dtype == "object" else float("nan")
        else:
            at = sample.columns.index(column)
            taken[0, at] = None if column.type == "string" else float("nan")
    try:
        framework.call(model, output, taken)
    except Exception:  # Whatever a model says: it does not accept this.
        return False
    return True
