"""Outputs that are found together: the same bits as each of the model's own methods gives."""

from __future__ import annotations

import warnings
from typing import Any, Dict

import pytest

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from plimsoll.frameworks import framework_of  # noqa: E402
from plimsoll.worker import forests  # noqa: E402
from plimsoll.worker.answers import Answers  # noqa: E402
from sklearn.base import BaseEstimator, TransformerMixin  # noqa: E402
from sklearn.ensemble import (  # noqa: E402
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import Pipeline, make_pipeline, make_union  # noqa: E402
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

RANDOM = numpy.random.default_rng(4)
X = RANDOM.normal(size=(300, 5))
Y = numpy.where(X[:, 0] * X[:, 1] > 0.1, "yes", numpy.where(X[:, 2] > 1, "no", "may be"))
MISSING = numpy.where(RANDOM.random(X.shape) < 0.1, numpy.nan, X)


class Doubled(TransformerMixin, BaseEstimator):
    """A transformer of one's own, which counts how often it is asked."""

    asked = 0

    def fit(self, rows: Any, y: Any = None) -> Any:
        return self

    def transform(self, rows: Any) -> Any:
        Doubled.asked += 1
        return numpy.hstack([rows, numpy.asarray(rows) ** 2])


class Halved(Pipeline):
    """A pipeline that answers otherwise than scikit-learn's."""

    def predict_proba(self, rows: Any) -> Any:
        return super().predict_proba(rows) / 2


def forest(kind: Any = RandomForestClassifier, **settings: Any) -> Any:
    return kind(15, random_state=0, **settings)


MODELS: Dict[str, Any] = {
    "forest": forest(),
    "forest of numbers": forest(RandomForestRegressor, max_features=2),
    "extra trees": forest(ExtraTreesClassifier, bootstrap=True, class_weight="balanced"),
    "extra trees of numbers": forest(ExtraTreesRegressor, criterion="absolute_error"),
    "stumps": forest(max_depth=1),
    "leaves alone": forest(max_depth=1, min_samples_leaf=300),
    "forest with threads": forest(n_jobs=2),
    "forest behind transformers": make_pipeline(StandardScaler(), Doubled(), forest()),
    "forest behind sparse columns": make_pipeline(KBinsDiscretizer(4), forest()),
    "numbers behind transformers": make_pipeline(StandardScaler(), None, "passthrough", forest(RandomForestRegressor)),
    "linear": make_pipeline(make_union(StandardScaler(), Doubled()), LogisticRegression(max_iter=500)),
    "nested": make_pipeline(StandardScaler(), make_pipeline(Doubled(), GradientBoostingClassifier(n_estimators=5))),
    "support vectors": make_pipeline(StandardScaler(), SVC(random_state=0)),
    "tree": make_pipeline(Doubled(), DecisionTreeClassifier(max_depth=4)),
    "search": GridSearchCV(make_pipeline(StandardScaler(), forest()), {"randomforestclassifier__max_depth": [2, 3]}, cv=2),
    "ridge": make_pipeline(StandardScaler(), Ridge()),
    "a pipeline of one's own": Halved([("scale", StandardScaler()), ("forest", forest())]),
    "transformers alone": make_pipeline(Doubled(), StandardScaler()),
    "gaps": make_pipeline(HistGradientBoostingClassifier(max_iter=5)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("rows", [1, 7, 300])
def test_outputs_have_the_bits_of_the_models_own_methods(name: str, rows: int) -> None:
    model, data = MODELS[name], MISSING if name == "gaps" else X
    if not hasattr(model, "was_fitted"):
        model.fit(data, X[:, 0] if "numbers" in name or name == "ridge" else Y).was_fitted = True
    framework = framework_of(model)
    assert framework is not None
    found = Answers(model, framework).of(data[:rows], None)
    # Threads add up in any order; one after another is one of them.
    settings = {"n_jobs": 1} if name == "forest with threads" else {}
    model.set_params(**settings)
    assert list(found) == framework.outputs(model)
    for output, answer in found.items():
        own = getattr(model, output)(data[:rows])
        assert answer.dtype == own.dtype and numpy.array_equal(answer, own), output
        assert numpy.array_equal(Answers(model, framework).of(data[:rows], [output])[output], own)


def test_frames_with_names_give_no_other_answers_and_wrong_ones_the_same_refusals() -> None:
    frame = pandas.DataFrame(X, columns=list("abcde"))
    model = forest().fit(frame, Y)
    answers = Answers(model, framework_of(model))  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert numpy.array_equal(answers.of(frame[:3], ["predict_proba"])["predict_proba"], model.predict_proba(frame[:3]))
    for wrong in (frame[["a", "b"]], frame.rename(columns={"a": "z"}), numpy.full((2, 5), numpy.inf), numpy.ones((2, 9))):
        with pytest.raises(ValueError) as own:
            model.predict_proba(wrong)
        with pytest.raises(ValueError) as ours:
            answers.of(wrong, None)
        assert str(ours.value) == str(own.value)


def test_the_rows_of_a_pipeline_are_transformed_once_for_all_outputs() -> None:
    model = make_pipeline(Doubled(), LogisticRegression(max_iter=500)).fit(X, Y)
    Doubled.asked = 0
    Answers(model, framework_of(model)).of(X, None)  # type: ignore[arg-type]
    assert Doubled.asked == 1


def test_a_forest_that_would_answer_other_bits_is_left_to_scikit_learn() -> None:
    model = forest().fit(X, Y)
    assert forests.walk_of(model) is not None
    model.predict_proba = lambda rows: RandomForestClassifier.predict_proba(model, rows) + 1e-16 + 1e-9
    assert forests.walk_of(model) is None
    assert forests.walk_of(forest().fit(X, numpy.stack([Y, Y], axis=1))) is None
