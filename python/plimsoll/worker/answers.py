"""Outputs of a model for the same rows, without doing for each what is done for all: transforming, walking trees."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from plimsoll.frameworks import Framework
from plimsoll.worker import forests

# Methods of a pipeline that transform the rows and then call the same method of its last step.
_OF_LAST_STEP = {"predict", "predict_proba", "decision_function"}


class Answers:
    """What a model is asked, made ready once. The numbers are those that its own methods give."""

    def __init__(self, model: Any, framework: Framework) -> None:
        self._model = model
        self._framework = framework
        self._before, self._last = _parts(model)
        self._walk: Optional[Callable[[Any], Any]] = forests.walk_of(self._last)

    def of(self, rows: Any, wanted: Optional[Sequence[str]]) -> Dict[str, Any]:
        """Outputs by name, all that the model has where nothing is `wanted`. Raises what the model raises."""
        names = list(wanted) if wanted is not None else self._framework.outputs(self._model)
        is_shared = set(names) <= _OF_LAST_STEP and (len(names) > 1 or self._walk is not None)
        if not is_shared or (self._walk is None and self._last is self._model):
            return self._framework.answers(self._model, rows, wanted)
        for transform in self._before:
            rows = transform(rows)
        if self._walk is not None:
            return self._of_forest(rows, names)
        return {name: getattr(self._last, name)(rows) for name in names}

    def _of_forest(self, rows: Any, names: List[str]) -> Dict[str, Any]:
        assert self._walk is not None
        found = self._walk(rows if hasattr(rows, "shape") else _array(rows))
        if not forests.is_classifier(self._last):
            return {name: found for name in names}
        # `ForestClassifier.predict` of scikit-learn is this line.
        labels = self._last.classes_.take(found.argmax(axis=1), axis=0) if "predict" in names else None
        return {name: labels if name == "predict" else found for name in names}


def _parts(model: Any) -> Any:
    """
    What transforms the rows, in order, and the step that answers. Only of scikit-learn's own pipelines and searches, which
    do just that (sklearn/pipeline.py, sklearn/model_selection/_search.py); classes made of them may do otherwise.
    """
    before: List[Callable[[Any], Any]] = []
    while True:
        kind = type(model)
        if kind.__module__ == "sklearn.pipeline" and kind.__name__ == "Pipeline" and model.steps:
            steps = [step for _, step in model.steps[:-1] if step is not None and not isinstance(step, str)]
            before += [_transform(step) for step in steps]
            model = model.steps[-1][1]
        elif kind.__module__.startswith("sklearn.model_selection._search") and hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            return before, model


def _transform(step: Any) -> Callable[[Any], Any]:
    return lambda rows: step.transform(rows)


def _array(rows: Any) -> Any:
    import numpy

    return numpy.asarray(rows)
