"""Form `model`: a model alone, called by its library's own methods."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from plimsoll.worker import described, frames, outputs
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.values import Batch, Parts

METHODS = ("predict", "predict_proba", "decision_function", "transform")


class Model(Served):
    def __init__(self, model: Any, request: Request) -> None:
        self._model = model
        self._names = described.feature_names(model)
        self._outputs = request.outputs or output_names(model)
        inputs = described.inputs(model)
        self._is_text = inputs is not None and inputs["form"] == "text"
        self._call = request.call or described.call(model, inputs)
        self.described = Described(
            form="model",
            class_=class_name(model),
            inputs=inputs,
            call=self._call,
            outputs=self._outputs,
            classes=described.classes(model),
        )

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        rows = frames.as_texts(batch) if self._is_text else frames.as_taken(batch, self._call, self._names)
        answers: Dict[str, Parts] = {}
        for name in self._outputs:
            answer = getattr(self._model, name)(rows)
            answers[name] = outputs.output(answer, name, batch.rows)
        return answers


def class_name(model: Any) -> str:
    kind = type(model)
    return f"{kind.__module__}.{kind.__qualname__}"


def output_names(model: Any) -> List[str]:
    """Methods that it has, of those that answer rows. `hasattr` runs properties of the model's own."""
    found: List[Optional[str]] = [name if callable(getattr(model, name, None)) else None for name in METHODS]
    return [name for name in found if name is not None]
