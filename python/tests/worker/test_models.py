"""Models of real libraries, served inside of the sandbox, beside the library's own answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent)]

from worker import Worker  # noqa: E402

joblib = pytest.importorskip("joblib")
numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from plimsoll.worker.values import Column, Matrix, Table  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402


@pytest.fixture()
def start(tmp_path: Path) -> Any:
    (tmp_path / "root").mkdir()
    (tmp_path / "scratch").mkdir()
    started = []

    def begin(**load: Any) -> Worker:
        worker = Worker(tmp_path / "root", tmp_path / "scratch", **load)
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.close()


def dumped(tmp_path: Path, model: Any, name: str = "model.joblib") -> str:
    joblib.dump(model, tmp_path / "root" / name)
    return str(tmp_path / "root" / name)


def test_a_forest_with_threads_answers_the_same_bits(tmp_path: Path, start: Any) -> None:
    X = numpy.random.default_rng(1).random((300, 4))
    model = RandomForestClassifier(20, n_jobs=2, random_state=0).fit(X, numpy.where(X[:, 0] > 0.5, "yes", "no"))
    worker = start(model=dumped(tmp_path, model), format="joblib")
    assert worker.first["kind"] == "ready", worker.first
    assert all(layer["active"] for layer in worker.first["layers"])
    assert "scikit-learn" in worker.first["distributions"]
    assert worker.first["described"]["classes"] == ["no", "yes"]
    found = worker.infer(Matrix(300, 4, None, X))
    assert found["predict"].data == model.predict(X).tolist()
    assert numpy.array_equal(found["predict_proba"].data, model.predict_proba(X))


def test_a_pipeline_of_text_and_numbers_takes_frames_and_says_which_columns_are_text(tmp_path: Path, start: Any) -> None:
    frame = pandas.DataFrame({"city": ["a", "b", "a", "c"], "age": [1.0, 2.0, 3.0, 4.0]})
    columns = ColumnTransformer([("c", OneHotEncoder(handle_unknown="ignore"), ["city"]), ("n", StandardScaler(), ["age"])], n_jobs=2)
    model = make_pipeline(columns, LogisticRegression()).fit(frame, [0, 1, 0, 1])
    worker = start(model=dumped(tmp_path, model), format=None)
    assert worker.first["described"]["inputs"]["columns"] == [
        {"name": "city", "named": True, "type": "string"},
        {"name": "age", "named": True, "type": "number"},
    ]
    table = Table(4, [Column("city", "string", list(frame["city"])), Column("age", "number", frame["age"].to_numpy())])
    found = worker.infer(table)
    assert numpy.array_equal(found["predict_proba"].data, model.predict_proba(frame))


def test_a_text_pipeline_takes_texts(tmp_path: Path, start: Any) -> None:
    texts = ["good thing", "bad thing", "good day", "bad day"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
    worker = start(model=dumped(tmp_path, model), format="joblib")
    assert worker.first["described"]["inputs"] == {"form": "text"}
    found = worker.infer(Table(4, [Column("x0", "string", texts)]))
    assert numpy.array_equal(found["predict"].data, model.predict(texts))


def test_catboost_with_a_column_of_text_works_inside(tmp_path: Path, start: Any) -> None:
    catboost = pytest.importorskip("catboost")
    frame = pandas.DataFrame({"town": ["a", "b", "a", "c"] * 20, "age": [1.0, 2.0, 3.0, 4.0] * 20})
    model = catboost.CatBoostClassifier(iterations=5, verbose=0, allow_writing_files=False, cat_features=["town"])
    model.fit(frame, [0, 1, 1, 0] * 20)
    path = str(tmp_path / "root" / "model.cbm")
    model.save_model(path)
    worker = start(model=path, call={"container": "frame"})
    assert worker.first["kind"] == "ready", worker.first
    rows = Table(80, [Column("town", "string", list(frame["town"])), Column("age", "number", frame["age"].to_numpy())])
    # The file alone does not say that it is a classifier.
    assert numpy.array_equal(worker.infer(rows)["predict"].data, catboost.CatBoost().load_model(path).predict(frame))


def test_a_booster_saved_with_its_class_answers_as_the_class(tmp_path: Path, start: Any) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    from plimsoll.frameworks import framework_of

    X = numpy.random.default_rng(2).random((200, 3))
    model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, numpy.where(X[:, 0] > 0.5, "yes", "no"))
    framework = framework_of(model)
    assert framework is not None
    path, format = framework.save(model, tmp_path / "root")
    worker = start(model=str(tmp_path / "root" / path), format=format)
    found = worker.infer(Matrix(200, 3, None, X))
    assert found["predict"].data == model.predict(X).tolist()
    assert numpy.array_equal(found["predict_proba"].data, model.predict_proba(X))


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_boosters_work_inside(tmp_path: Path, start: Any, library: str) -> None:
    module = pytest.importorskip(library)
    X = numpy.random.default_rng(2).random((200, 3))
    y = X[:, 0] + X[:, 1]
    model = module.XGBRegressor(n_estimators=5) if library == "xgboost" else module.LGBMRegressor(n_estimators=5, verbose=-1)
    model.fit(X, y)
    path = str(tmp_path / "root" / ("model.ubj" if library == "xgboost" else "model.txt"))
    (model if library == "xgboost" else model.booster_).save_model(path)
    worker = start(model=path, format=None)
    assert worker.first["kind"] == "ready", worker.first
    assert numpy.array_equal(worker.infer(Matrix(200, 3, None, X))["predict"].data, model.predict(X))


def test_an_error_of_the_model_is_told_and_the_next_answer_comes(tmp_path: Path, start: Any) -> None:
    X = numpy.random.default_rng(3).random((50, 2))
    worker = start(model=dumped(tmp_path, LogisticRegression().fit(X, X[:, 0] > 0.5)), format="joblib")
    error = worker.infer(Matrix(50, 3, None, numpy.ones((50, 3))))
    assert (error["kind"], error["stage"], error["type"]) == ("error", "code", "ValueError")
    assert worker.infer(Matrix(50, 2, None, X))["predict"].dtype == "bool"


@pytest.mark.parametrize("writer", ["joblib", "pickle"])
def test_a_class_that_was_not_saved_with_the_model_is_named(tmp_path: Path, start: Any, writer: str) -> None:
    for module, name in (("churn_features", "Ratio"), ("__main__", "Ratio"), ("json", "Ratio")):
        path = tmp_path / "root" / f"{module}.pkl"
        # The pickle of an instance, by hand: its module need not be there to write it.
        path.write_bytes(b"\x80\x02c" + f"{module}\n{name}\n".encode() + b")\x81.")
        error = start(model=str(path), format=writer).first
        assert error["kind"] == "error" and error["stage"] == "load"
        assert error["missing"] == {"module": module, "by": f"the pickled class {module}.{name}"}
        assert ("notebook" in error["message"]) == (module == "__main__")
