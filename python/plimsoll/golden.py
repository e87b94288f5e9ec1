"""Golden rows: rows of the sample with the outputs that must be given again, and the comparison with others."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Sequence

from plimsoll.errors import PlimsollError
from plimsoll.frameworks import Framework
from plimsoll.sample import Sample
from plimsoll.values import dense, to_json

ROWS = 100
#: Trees and sums in float64 are the same everywhere; float32 is not, once rows come in other numbers.
TOLERANCES: Dict[str, Dict[str, float]] = {
    "xgboost": {"rtol": 1e-5, "atol": 1e-6},
    "torch": {"rtol": 1e-4, "atol": 1e-5},
    "keras": {"rtol": 1e-4, "atol": 1e-5},
    "tensorflow": {"rtol": 1e-4, "atol": 1e-5},
}
DEFAULT = {"rtol": 1e-9, "atol": 1e-12}


def answers_of(framework: Framework, model: Any, data: Any) -> Dict[str, Any]:
    """Every output that the model has and that works on these rows; raises what the first one raises if none does."""
    if framework.name in ("torch", "keras", "tensorflow"):
        return framework.answers(model, data)
    found: Dict[str, Any] = {}
    first: Optional[Exception] = None
    for name in framework.outputs(model):
        try:
            found[name] = framework.call(model, name, data)
        except Exception as error:  # A method may be there and not work: predict_proba of some losses.
            first = first or error
    if found:
        return found
    if first is None:
        raise PlimsollError(
            "MODEL_UNSUPPORTED",
            f"Cannot save a {type(model).__name__}: it has no predict, predict_proba, decision_function or transform.",
            "Give it a method `predict(rows)`, or save the object that has one.",
        )
    raise PlimsollError(
        "SAMPLE_INVALID",
        f"Cannot save with this sample: the model fails on it with {type(first).__name__}: {first}.",
        "Give rows in the form in which the model was fitted.",
    ) from first


def golden_of(sample: Sample, rows: Sequence[int], answers: Dict[str, Any], tolerance: Optional[Dict[str, float]]) -> Dict[str, Any]:
    """The document `golden.json`."""
    found: Dict[str, Any] = {
        "input": sample.body(rows),
        "expected": {name: to_json(dense(value)) for name, value in answers.items()},
    }
    return {**found, "tolerance": tolerance} if tolerance is not None else found


def expected_of(expected: Any, answers: Dict[str, Any], sample: Sample, rows: Sequence[int]) -> Dict[str, Any]:
    """Outputs that a person gives for the whole sample, cut to the golden rows; they must have the model's shapes."""
    given = expected if isinstance(expected, dict) else {next(iter(answers)): expected}
    taken: Dict[str, Any] = {}
    for name, value in given.items():
        if name not in answers:
            raise _mismatch(f'"{name}" is no output of the model, which has {", ".join(answers)}')
        array, own = dense(value), dense(answers[name])
        shapes = [_shape(part, sample.rows) for part in (array if isinstance(array, list) else [array])]
        wanted = [_shape(part, len(rows)) for part in (own if isinstance(own, list) else [own])]
        if shapes != wanted:
            raise _mismatch(f'"{name}" has the shape {shapes[0]}, the model\'s own is {wanted[0]} for {sample.rows} rows')
        taken[name] = [part[list(rows)] for part in array] if isinstance(array, list) else array[list(rows)]
    return taken


def _shape(array: Any, rows: int) -> str:
    """Shape with the number of rows as it must be (`rows`), so that a chosen part compares with the whole."""
    first = "rows" if array.shape[:1] == (rows,) else str(array.shape[0] if array.ndim else "one value")
    return "×".join([first, *map(str, array.shape[1:])])


def _mismatch(reason: str) -> PlimsollError:
    return PlimsollError(
        "EXPECTED_INVALID",
        f"Cannot take `expected` as it is: {reason}.",
        "Give what the model answers for every row of the sample: {'predict': …}, or an array for the first output.",
    )


def differences(answers: Dict[str, Any], golden: Dict[str, Any]) -> List[str]:
    """Where answers (as JSON) are not what golden rows say, one line a cell; numbers within the tolerance are the same."""
    tolerance = {**DEFAULT, **golden.get("tolerance", {})}
    found: List[str] = []
    for name, expected in golden["expected"].items():
        _compare(name, answers.get(name), expected, tolerance, found)
    return found


def _compare(place: str, answer: Any, expected: Any, tolerance: Dict[str, float], found: List[str]) -> None:
    if isinstance(expected, list):
        if not isinstance(answer, list) or len(answer) != len(expected):
            count = f"{len(answer)} values" if isinstance(answer, list) else repr(answer)
            found.append(f"{place}: {count}, {len(expected)} expected")
            return
        for at, item in enumerate(expected):
            _compare(f"{place}[{at}]", answer[at], item, tolerance, found)
    elif not _same(answer, expected, tolerance):
        found.append(f"{place}: {answer!r}, expected {expected!r}")


def _same(answer: Any, expected: Any, tolerance: Dict[str, float]) -> bool:
    if _is_number(answer) and _is_number(expected):
        gap = abs(answer - expected)
        return bool(math.isfinite(gap) and gap <= tolerance["atol"] + tolerance["rtol"] * abs(expected))
    return bool(answer == expected and isinstance(answer, bool) == isinstance(expected, bool))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
