"""Forests of scikit-learn, walked tree after tree without joblib, which costs more than the trees where rows are few.

What `predict_proba` of a classifier and `predict` of a regressor do (sklearn/ensemble/_forest.py) is: zeros, plus each tree's
answer in order, divided by their count. Done the same here, the answers have the same bits; a forest of which this is not so
(another release may do otherwise) is left to scikit-learn.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional

# With more rows, the threads that a forest was given save more than joblib costs.
FEW_ROWS = 1024
_CLASSIFIERS = ("RandomForestClassifier", "ExtraTreesClassifier")
_REGRESSORS = ("RandomForestRegressor", "ExtraTreesRegressor")
_PROBED = 16

Walk = Callable[[Any], Any]


def is_classifier(model: Any) -> bool:
    """A forest of scikit-learn itself, of one output: its labels are `classes_.take(predict_proba.argmax(axis=1))`."""
    return _is_own(model, _CLASSIFIERS)


def walk_of(model: Any) -> Optional[Walk]:
    """Rows → class scores or, of a regressor, values; None where this is no such forest, or answers other bits."""
    if not _is_own(model, (*_CLASSIFIERS, *_REGRESSORS)):
        return None
    own = model.predict_proba if is_classifier(model) else model.predict
    for trees in (_by_trees(model), _by_estimators(model)):
        walk = _walk(model, trees)
        if _is_same(model, walk, own):
            return lambda rows: walk(rows) if model.n_jobs in (None, 1) or rows.shape[0] <= FEW_ROWS else own(rows)
    return None


def _is_own(model: Any, names: Any) -> bool:
    kind = type(model)
    own = kind.__module__ == "sklearn.ensemble._forest" and kind.__name__ in names
    return own and getattr(model, "n_outputs_", None) == 1 and hasattr(model, "estimators_")


def _by_trees(model: Any) -> List[Walk]:
    """Since scikit-learn 1.3 the leaves themselves hold what is answered."""
    if is_classifier(model):
        return [tree.tree_.predict for tree in model.estimators_]
    return [lambda rows, predict=tree.tree_.predict: predict(rows)[:, 0] for tree in model.estimators_]  # type: ignore[misc]


def _by_estimators(model: Any) -> List[Walk]:
    name = "predict_proba" if is_classifier(model) else "predict"
    found = [getattr(tree, name) for tree in model.estimators_]
    return [lambda rows, answer=answer: answer(rows, check_input=False) for answer in found]  # type: ignore[misc]


def _walk(model: Any, trees: List[Walk]) -> Walk:
    import numpy

    width = (model.n_classes_,) if is_classifier(model) else ()

    def walk(rows: Any) -> Any:
        checked = model._validate_X_predict(rows)
        total = numpy.zeros((checked.shape[0], *width))
        for answer in trees:
            total += answer(checked)
        total /= len(trees)
        return total

    return walk


def _is_same(model: Any, walk: Walk, own: Walk) -> bool:
    """Whether both give the same bits for rows around the thresholds of its first trees, one after another as joblib does."""
    import warnings

    import numpy

    chosen, model.n_jobs = model.n_jobs, 1
    try:
        with warnings.catch_warnings():
            # Rows without names are no mistake here.
            warnings.simplefilter("ignore")
            rows = _probe(numpy, model)
            return bool(numpy.array_equal(walk(rows), own(rows)))
    except Exception:  # Whatever another release does otherwise.
        return False
    finally:
        model.n_jobs = chosen


def _probe(numpy: Any, model: Any) -> Any:
    random = numpy.random.RandomState(0)
    thresholds = numpy.concatenate([tree.tree_.threshold[tree.tree_.feature >= 0] for tree in model.estimators_[:_PROBED]])
    if thresholds.size == 0:
        thresholds = numpy.zeros(1)
    return random.choice(thresholds, size=(_PROBED, model.estimators_[0].tree_.n_features)) + random.choice([-1e-3, 0.0, 1e-3])

