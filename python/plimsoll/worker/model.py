"""Form `model`: a model alone, called by its library's own methods."""

from __future__ import annotations

from typing import Any, Dict

from plimsoll.frameworks import Framework, class_name, framework_of
from plimsoll.worker import described, frames, outputs
from plimsoll.worker.answers import Answers
from plimsoll.worker.libraries import imported
from plimsoll.worker.request import Request
from plimsoll.worker.served import Described, Served
from plimsoll.worker.values import Batch, Parts


class NothingToCall(Exception):
    """The model has no method that answers rows."""


class Model(Served):
    """Raises `NothingToCall` where the object is no model."""

    def __init__(self, model: Any, request: Request) -> None:
        # What no framework knows may still have `transform`.
        framework = framework_of(model) or Framework()
        names = framework.outputs(model)
        if not names:
            raise NothingToCall(f"{class_name(model)} has none of predict, predict_proba, decision_function, transform")
        self._outputs = request.outputs
        _keep_to_threads()
        self._answers = Answers(model, framework)
        inputs = described.inputs(model)
        self._names = described.feature_names(model)
        self._missing = described.missing_text(model)
        self._is_text = inputs is not None and inputs["form"] == "text"
        self._call = request.call or described.call(model, inputs)
        self.described = Described(
            form="model",
            class_=class_name(model),
            inputs=inputs,
            call=self._call,
            outputs=names,
            classes=described.classes(model),
        )

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        _keep_to_threads()
        rows = frames.as_texts(batch) if self._is_text else frames.as_taken(batch, self._call, self._names, self._missing)
        found = self._answers.of(rows, self._outputs)
        return {name: outputs.output(answer, name, batch.rows) for name, answer in found.items()}


def _keep_to_threads() -> None:
    """joblib starts processes where nothing is said, which the sandbox refuses: threads give the same numbers."""
    joblib = imported("joblib")
    if joblib is None or getattr(joblib, "_plimsoll_threads", False):
        return
    choose = getattr(joblib, "parallel_config", None) or joblib.parallel_backend
    choose("threading")
    joblib._plimsoll_threads = True
