"""What a fitted model says about the rows that it takes, read from its attributes; nothing is called but properties."""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Optional

from plimsoll.frameworks import framework_of

_DEPTH = 20


def feature_names(model: Any) -> Optional[List[str]]:
    """Names of its columns as it was fitted with them, or None."""
    for source in (model, _first_step(model)):
        for attribute in ("feature_names_in_", "feature_names_", "feature_names", "feature_name_"):
            names: Any = getattr(source, attribute, None)
            if isinstance(names, (list, tuple)) or hasattr(names, "tolist"):
                found = [name for name in names if isinstance(name, str)]
                if found and len(found) == len(names) and not _are_made_up(found):
                    return found
    names = getattr(model, "feature_name", None)
    found = [str(name) for name in names()] if _is_library(model, "lightgbm") and callable(names) else []
    return found if found and not _are_made_up(found) else None


def inputs(model: Any) -> Optional[Dict[str, Any]]:
    """Its input as `Described.inputs`; None where it does not say."""
    if takes_text(model):
        return {"form": "text"}
    framework = framework_of(model)
    tensors = None if framework is None else framework.inputs(model)
    if tensors is not None:
        return {"form": "tensors", "tensors": tensors}
    names, keys = feature_names(model), _keys(model)
    if keys is None:
        return None
    found = _Columns(["number"] * len(keys), {})
    _mark(model, list(range(len(keys))), keys, found, _DEPTH)
    columns = [{"name": key, "named": names is not None, "type": kind} for key, kind in zip(keys, found.kinds)]
    return {"form": "table", "columns": columns}


def missing_text(model: Any) -> Dict[int, Any]:
    """
    None or NaN by place of the column, where the model was fitted with one of them for text that is missing: an encoder
    takes the one for an unknown category where it knows the other.
    """
    keys = _keys(model) or []
    found = _Columns(["number"] * len(keys), {})
    _mark(model, list(range(len(keys))), keys, found, _DEPTH)
    return found.missing


def call(model: Any, found: Optional[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    """How rows are given to it where nobody says: a frame where it knows names, else an array."""
    framework = framework_of(model)
    if framework is not None and framework.name == "torch":
        return _torch_call(model)
    if found is None:
        return None
    if found["form"] == "tensors":
        return {"container": "tensors"}
    if found["form"] == "text":
        return {"container": "list"}
    if feature_names(model) is not None:
        return {"container": "frame"}
    return {"container": "array"}


def _torch_call(model: Any) -> Dict[str, Any]:
    """Rows of numbers in the type of its parameters: torch takes no other."""
    parameters = getattr(model, "parameters", None)
    first = next(iter(parameters()), None) if callable(parameters) else None
    dtype = "" if first is None else str(first.dtype).replace("torch.", "")
    return {"container": "tensors", "dtype": dtype if dtype in ("float16", "float64") else "float32"}


def classes(model: Any) -> Optional[List[Any]]:
    """Labels of its classes, as JSON holds them."""
    found = getattr(model, "classes_", None)
    if found is None or getattr(found, "ndim", 1) != 1:
        return None
    values = found.tolist() if hasattr(found, "tolist") else list(found)
    return values if all(isinstance(value, (str, bool, int, float)) for value in values) else None


def takes_text(model: Any) -> bool:
    """Whether a vectorizer of text comes first."""
    first = _first_step(model)
    for _ in range(_DEPTH):
        parts = getattr(first, "transformer_list", None)
        if not parts:
            break
        first = _first_step(parts[0][1])
    # CountVectorizer, TfidfVectorizer and HashingVectorizer have these; DictVectorizer and the others do not.
    return hasattr(first, "ngram_range") and hasattr(first, "token_pattern")


def _first_step(model: Any) -> Any:
    for _ in range(_DEPTH):
        steps = getattr(model, "steps", None)
        if isinstance(steps, list) and steps:
            model = next((step for _, step in steps if step is not None and step != "passthrough"), None)
            continue
        inner = getattr(model, "best_estimator_", None)
        if inner is None:
            return model
        model = inner
    return model


def _width(model: Any) -> Optional[int]:
    for source in (model, _first_step(model)):
        for attribute in ("n_features_in_", "n_features_"):
            count = getattr(source, attribute, None)
            if isinstance(count, int) and count >= 0:
                return count
    for attribute in ("num_features", "num_feature"):
        counter = getattr(model, attribute, None)
        if callable(counter) and _is_library(model, "xgboost", "lightgbm"):
            return int(counter())
    return None


class _Columns(NamedTuple):
    """What is known of columns: the kind of each, and what stands for missing text by place."""

    kinds: List[str]
    missing: Dict[int, Any]


def _keys(model: Any) -> Optional[List[str]]:
    """Names of its columns, numbered where it has none; None where it does not even know how many they are."""
    names, count = feature_names(model), _width(model)
    if names is not None:
        return names
    return None if count is None else [f"x{index}" for index in range(count)]


def _mark(model: Any, places: List[int], keys: List[str], columns: _Columns, depth: int) -> None:
    """Columns of which a fitted encoder holds strings or booleans; `places` are those that `model` gets."""
    model = _first_step(model)
    if depth == 0 or model is None or isinstance(model, str):
        return
    for transformer in getattr(model, "transformers_", None) or []:
        chosen = _chosen(transformer[2], keys, len(places))
        if hasattr(_first_step(transformer[1]), "token_pattern"):
            for index in chosen:
                columns.kinds[places[index]] = "string"
        else:
            _mark(transformer[1], [places[index] for index in chosen], [keys[index] for index in chosen], columns, depth - 1)
    for _, part in getattr(model, "transformer_list", None) or []:
        _mark(part, places, keys, columns, depth - 1)
    if hasattr(model, "statistics_") and getattr(model, "missing_values", 0) is None:
        columns.missing.update({place: None for place in places})
    held = getattr(model, "categories_", None)
    values = held if isinstance(held, list) else [[each] for each in _plain(getattr(model, "statistics_", None))]
    for place, known in zip(places, values):
        every = _plain(known)
        known = [each for each in every if each is not None and each == each]
        if known and all(isinstance(each, bool) for each in known):
            columns.kinds[place] = "bool"
        elif any(isinstance(each, str) for each in known):
            columns.kinds[place] = "string"
            if held is not None and len(known) < len(every):
                # With both, NaN: it is what files are read with.
                columns.missing[place] = math.nan if any(each != each for each in every) else None


def _chosen(columns: Any, keys: List[str], count: int) -> List[int]:
    """Places of the columns that a ColumnTransformer gives to one of its parts."""
    if isinstance(columns, slice):
        ends = [keys.index(end) if isinstance(end, str) and end in keys else end for end in (columns.start, columns.stop)]
        last = ends[1] + 1 if isinstance(columns.stop, str) else ends[1]
        return list(range(count))[slice(ends[0], last, columns.step)]
    listed = [columns] if isinstance(columns, (str, int)) else _plain(columns)
    if listed and all(isinstance(each, bool) for each in listed):
        return [index for index, is_taken in enumerate(listed) if is_taken]
    found = [keys.index(each) if isinstance(each, str) and each in keys else each for each in listed]
    return [each for each in found if isinstance(each, int) and -count <= each < count]


def _plain(values: Any) -> List[Any]:
    if values is None:
        return []
    found = values.tolist() if hasattr(values, "tolist") else list(values)
    return found if isinstance(found, list) else [found]


def _are_made_up(names: List[str]) -> bool:
    """LightGBM and CatBoost number the columns of arrays."""
    return all(name in (f"Column_{at}", f"f{at}", str(at)) for at, name in enumerate(names))


def _is_library(model: Any, *names: str) -> bool:
    return any(kind.__module__.split(".")[0] in names for kind in type(model).__mro__)
