"""Replays the golden rows of a saved folder, in this process or in a fresh one that has the folder and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, Dict, List, Optional

from plimsoll.errors import PlimsollError
from plimsoll.frameworks import framework_of
from plimsoll.golden import differences
from plimsoll.loading import load_from
from plimsoll.manifest import Manifest, inside, read_manifest
from plimsoll.values import dense, to_json

_SECONDS = 600
#: `-I` leaves out the folder that one is in, PYTHONPATH and the user's own packages; this package is let in by itself.
_START = (
    "import sys; home, folder = sys.argv[1:]; sys.path.insert(0, home); import plimsoll; sys.path.remove(home); "
    "from plimsoll.replay import report; report(folder)"
)
_WORDS = {None: float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def replay(folder: Path) -> List[str]:
    """Loads the folder and answers its golden rows; one line for each cell that is not as expected."""
    manifest = read_manifest(folder)
    model = load_from(folder, manifest)
    if manifest.golden is None:
        return []
    golden = json.loads(inside(folder, manifest.golden).read_text(encoding="utf-8"))
    framework = framework_of(model)
    if framework is None:
        return [f"a {type(model).__name__} was loaded, which cannot be called"]
    answers = framework.answers(model, rows_of(golden["input"], manifest), list(golden["expected"]))
    return differences({name: to_json(dense(value)) for name, value in answers.items()}, golden)


def rows_of(body: Dict[str, Any], manifest: Manifest) -> Any:
    """Rows of a request → what the model is given, in the worker's own way."""
    from plimsoll.worker import frames, values

    signature, call = manifest.signature, manifest.call
    if signature["form"] == "text":
        return list(body["instances"])
    if signature["form"] == "tensors":
        tensors = _tensors(body["instances"], signature["tensors"])
        return frames.as_taken(values.Tensors(len(body["instances"]), tensors), call, None)
    data = body["dataframe_split"]["data"] if "dataframe_split" in body else body["instances"]
    names = [column["name"] for column in signature["columns"]]
    columns = [
        values.Column(
            spec["name"],
            "string" if spec["type"] == "string" else "number",
            _column([row[at] for row in data], spec["type"]),
        )
        for at, spec in enumerate(signature["columns"])
    ]
    named = any(column["named"] for column in signature["columns"])
    return frames.as_taken(values.Table(len(data), columns), call, names if named else None)


def _column(cells: List[Any], kind: str) -> Any:
    if kind == "string":
        return cells
    import numpy

    return numpy.array([_number(cell) for cell in cells], dtype="float64")


def _number(cell: Any) -> float:
    return float(_WORDS[cell]) if cell is None or isinstance(cell, str) else float(cell)


def _tensors(instances: List[Any], specs: List[Dict[str, Any]]) -> List[Any]:
    import numpy

    from plimsoll.worker import values

    found = []
    for spec in specs:
        cells = instances if len(specs) == 1 else [row[spec["name"]] for row in instances]
        shape = (len(instances), *spec["shape"][1:])
        if spec["dtype"] == "string":
            flat = numpy.array(cells, dtype=object).reshape(-1).tolist()
            found.append(values.Tensor(spec["name"], "string", shape, flat))
        else:
            flat = [_number(cell) for cell in numpy.array(cells, dtype=object).reshape(-1)]
            whole = spec["dtype"][:3] in ("int", "uin")
            exact = numpy.array(cells, dtype=spec["dtype"]) if whole else numpy.array(flat, dtype=spec["dtype"])
            found.append(values.Tensor(spec["name"], spec["dtype"], shape, exact.reshape(shape)))
    return found


def report(folder: str) -> None:
    """What the fresh process does: replays, and says on the last line of its output what came of it."""
    found: Dict[str, Any]
    try:
        found = {"differences": replay(Path(folder))}
    except BaseException as error:  # All of it is told to the process that asked.
        found = {"error": f"{type(error).__name__}: {error}", "at": _line_of(error), "missing": _missing(error)}
    print("\n" + json.dumps(found))


def _missing(error: BaseException) -> Optional[str]:
    cause = error.__cause__ if isinstance(error, PlimsollError) else error
    return cause.name if isinstance(cause, ModuleNotFoundError) else None


def _line_of(error: BaseException) -> str:
    """The innermost line that is not of this package."""
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    own = str(Path(__file__).parent)
    outside = [frame for frame in frames if not frame.filename.startswith((own, "<frozen"))] or list(frames)
    return f"{outside[-1].filename}:{outside[-1].lineno}: {outside[-1].line}" if outside else ""


def check_alone(folder: Path) -> None:
    """Replays in a fresh process that starts elsewhere; raises CHECK_FAILED with the line and the way on."""
    home = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", "-c", _START, home, str(folder.resolve())],
                cwd=elsewhere,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _failed(f"it did not answer within {_SECONDS} s", "Give a smaller sample, or check=False.") from error
    found = _last_json(done.stdout)
    if found is None:
        raise _failed(f"the process ended with {done.returncode}: {done.stderr.strip()[-500:]}", "See what it printed above.")
    if "error" in found:
        raise _of_error(found)
    if found["differences"]:
        first, count = found["differences"][0], len(found["differences"])
        raise _failed(
            f"{count} cells differ, the first is {first}",
            "The model does not answer alike each time (randomness, a state, the time), or `expected` is of another "
            "model; a tolerance={'rtol': …, 'atol': …} allows for differences that are meant.",
        )


def _last_json(text: str) -> Optional[Dict[str, Any]]:
    lines = text.strip().splitlines()
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _of_error(found: Dict[str, Any]) -> PlimsollError:
    place = f", at {found['at']}" if found["at"] else ""
    if found["missing"]:
        top = found["missing"].split(".")[0]
        return _failed(
            f'module "{found["missing"]}" is missing{place}', f'Pass code=["path/to/{top}.py"], or install the distribution that has it.'
        )
    return _failed(
        f"{found['error']}{place}", "The model needs something of this process that is not in its folder: see the line."
    )


def _failed(reason: str, hint: str) -> PlimsollError:
    return PlimsollError(
        "CHECK_FAILED", f"Nothing was saved: in a fresh process, with the folder alone, {reason}.", hint
    )
