"""Form `around`: a script before and after a compiled model, which itself runs elsewhere."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from plimsoll.worker import bodies, frames, outputs, raw
from plimsoll.worker.failures import OutputError, RowsRefused
from plimsoll.worker.libraries import imported
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.user_code import ScriptError, call
from plimsoll.worker.values import Batch, Column, Matrix, Parts, Table, Tensor, Tensors


class Around(Served):
    """`preprocess` or `input_fn` before, `postprocess` or `output_fn` after; either may be absent."""

    def __init__(self, module: Any, instance: Optional[Any], request: Request) -> None:
        holder = instance if instance is not None else module
        self._before = _function(holder, "preprocess")
        self._after = _function(holder, "postprocess")
        self._input_fn = _function(module, "input_fn") if self._before is None else None
        self._output_fn = _function(module, "output_fn") if self._after is None else None
        if not any((self._before, self._after, self._input_fn, self._output_fn)):
            raise ScriptError("the script has none of preprocess, postprocess, input_fn, output_fn")
        self._call = request.call
        ends = {"input": self._input_fn is not None, "output": self._output_fn is not None}
        self.described = Described(form="around", call=request.call, outputs=request.outputs, raw=ends)

    def before(self, batch: Batch) -> Batch:
        try:
            if self._before is not None:
                return batch_of(call(self._before, given(batch, self._call), count=1), batch.rows)
            if self._input_fn is not None:
                body = bodies.body_of(batch, bodies.JSON)
                return batch_of(call(self._input_fn, body, bodies.JSON, count=2), batch.rows)
        except ValueError as error:
            raise RowsRefused(str(error)) from error
        return batch

    def after(self, found: Dict[str, Parts], rows: int) -> Dict[str, Parts]:
        values = {name: _plain(parts) for name, parts in found.items()}
        if self._after is not None:
            return rows_answered(call(self._after, _alone(values), count=1), rows, None)
        if self._output_fn is not None:
            answer = call(self._output_fn, _alone(values), bodies.JSON, count=2)
            return rows_answered(bodies.answer_of(answer), rows, None)
        return found

    def read(self, body: raw.Body) -> Batch:
        input_fn = self._input_fn
        assert input_fn is not None
        data = raw.reading(lambda: call(input_fn, *body, count=2), body.content_type)
        return batch_of(data, raw.rows_of(data, None))

    def write(self, found: Dict[str, Parts], accept: str) -> raw.Written:
        output_fn = self._output_fn
        assert output_fn is not None
        values = {name: _plain(parts) for name, parts in found.items()}
        return raw.writing(lambda: call(output_fn, _alone(values), accept, count=2), accept)


def given(batch: Batch, wanted: Optional[Dict[str, Any]]) -> Any:
    """Rows as a script gets them: as it was said, else a list with one entry a row."""
    if wanted is not None:
        return frames.as_taken(batch, wanted, None)
    return bodies.rows_of(batch, with_names=True)


def rows_answered(answer: Any, rows: int, wanted: Optional[List[str]]) -> Dict[str, Parts]:
    """Outputs of a script's answer; the only one that has no name is the first that is wanted, else `predict`."""
    if isinstance(answer, dict) and len(answer) == 1 and "predictions" in answer:
        answer = answer["predictions"]
    found = outputs.named(answer, wanted[0] if wanted else "predict", rows)
    if not wanted:
        return found
    lacking = [name for name in wanted if name not in found]
    if lacking:
        raise OutputError(f"the answer has no output {', '.join(lacking)}; it has {', '.join(found)}")
    return {name: found[name] for name in wanted}


def batch_of(answer: Any, rows: int) -> Batch:
    """What `preprocess` answers, as rows for the compiled model. Raises `OutputError`."""
    pandas = imported("pandas")
    if pandas is not None and isinstance(answer, pandas.DataFrame):
        columns = {str(name): answer[name] for name in answer.columns}
        return _table(columns, len(answer))
    if isinstance(answer, dict):
        tensors = [outputs.output(value, str(name), rows) for name, value in answer.items()]
        if any(isinstance(each, list) for each in tensors):
            raise OutputError("preprocess answers a list of matrices, where tensors by name are wanted")
        return Tensors(rows, [each for each in tensors if isinstance(each, Tensor)])
    if isinstance(answer, list) and answer and all(isinstance(row, dict) for row in answer):
        return _table({str(name): [row.get(name) for row in answer] for name in answer[0]}, len(answer))
    if isinstance(answer, list) and answer and all(isinstance(row, (list, tuple)) for row in answer):
        if any(isinstance(cell, str) for row in answer for cell in row):
            return _table({f"x{at}": [row[at] for row in answer] for at in range(len(answer[0]))}, len(answer))
    if isinstance(answer, list) and answer and all(isinstance(row, str) for row in answer):
        return Table(len(answer), [Column("x0", "string", answer)])
    return _matrix(answer, rows)


def _matrix(answer: Any, rows: int) -> Batch:
    found = outputs.output(answer, "preprocess", rows)
    if isinstance(found, list) or found.dtype == "string" or len(found.shape) > 2:
        raise OutputError("preprocess answers neither rows of numbers nor a table")
    width = found.shape[1] if len(found.shape) == 2 else 1
    if hasattr(found.data, "astype"):
        return Matrix(rows, width, None, found.data.astype("float64").reshape(rows, width))
    from array import array

    return Matrix(rows, width, None, array("d", found.data))


def _table(columns: Dict[str, Any], rows: int) -> Table:
    from array import array

    found = []
    for name, values in columns.items():
        cells = [None if each is None or each != each else each for each in list(values)]
        if any(isinstance(each, str) for each in cells):
            found.append(Column(name, "string", [each if each is None else str(each) for each in cells]))
        else:
            numbers = array("d", [float("nan") if each is None else float(each) for each in cells])
            found.append(Column(name, "number", numbers))
    return Table(rows, found)


def _plain(parts: Parts) -> Any:
    """An output as a script sees it: an array where there is numpy, else lists."""
    if isinstance(parts, list):
        return [_plain(part) for part in parts]
    return frames.shaped(parts)


def _alone(values: Dict[str, Any]) -> Any:
    return next(iter(values.values())) if len(values) == 1 else values


def _function(holder: Any, name: str) -> Optional[Callable[..., Any]]:
    found = getattr(holder, name, None)
    return found if callable(found) else None
