"""What a model of tensors answers, by name."""

from __future__ import annotations

from typing import Any, Dict, Mapping


def named(answer: Any, name: str = "output") -> Dict[str, Any]:
    """Those of a dict or named tuple by their names, else `output`, or `output_0`, `output_1`, … of several; nested ones alike."""
    if isinstance(answer, Mapping):
        return _merged({str(key): value for key, value in answer.items()})
    if hasattr(answer, "_fields"):
        return _merged({str(key): getattr(answer, key) for key in answer._fields})
    if isinstance(answer, (tuple, list)):
        if len(answer) == 1:
            return named(answer[0], name)
        return _merged({f"{name}_{place}": value for place, value in enumerate(answer)})
    return {name: answer}


def _merged(parts: Dict[str, Any]) -> Dict[str, Any]:
    """What is nothing at all is left out: networks answer None for what they were not asked."""
    found: Dict[str, Any] = {}
    for key, value in parts.items():
        if value is not None:
            found.update(named(value, key) if isinstance(value, (tuple, list, Mapping)) else {key: value})
    return found
