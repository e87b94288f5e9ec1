"""Rows as a person has them → rows of a request."""

from __future__ import annotations

from typing import Any, List

from plimsoll.errors import PlimsollError
from plimsoll.values import to_json


def request_rows(rows: Any) -> List[Any]:
    """A frame, an array, a list of rows, or one row as a dict; raises INPUT_INVALID."""
    if isinstance(rows, dict):
        return [_object(rows)]
    if hasattr(rows, "columns") and hasattr(rows, "iloc"):
        names = [str(name) for name in rows.columns]
        columns = [[_cell(value) for value in rows.iloc[:, at].tolist()] for at in range(len(names))]
        return [dict(zip(names, row)) for row in zip(*columns)]
    if hasattr(rows, "tolist") or hasattr(rows, "toarray") or hasattr(rows, "detach"):
        plain = to_json(rows.detach().cpu().numpy() if hasattr(rows, "detach") else rows)
        return plain if isinstance(plain, list) else _refuse(rows)
    if isinstance(rows, (list, tuple)):
        return [_object(row) if isinstance(row, dict) else to_json(row) for row in rows]
    return _refuse(rows)


def _object(row: Any) -> Any:
    return {str(name): _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if hasattr(value, "isoformat") and type(value).__name__ != "NaTType":
        return str(value.isoformat())
    return to_json(value)


def _refuse(rows: Any) -> List[Any]:
    raise PlimsollError(
        "INPUT_INVALID",
        f"Cannot send a {type(rows).__name__} as rows.",
        "Give a DataFrame, an array, a list of rows, or one row as a dict.",
    )
