"""Folders that MLflow wrote, served with MLflow in the environment. It is not in the lock of the other tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent)]

from worker import Worker  # noqa: E402

pytestmark = pytest.mark.heavy
pytest.importorskip("mlflow")
numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")

import cloudpickle  # noqa: E402
import mlflow.pyfunc  # noqa: E402
import mlflow.sklearn  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from plimsoll.worker.values import Column, Matrix, Table  # noqa: E402

FRAME = pandas.DataFrame({"a": [1.0, 2, 3, 4], "n": [1, 0, 1, 0], "t": ["x", "y", "x", "y"], "f": [True, False, True, False]})


@pytest.fixture()
def start(tmp_path: Path) -> Any:
    (tmp_path / "scratch").mkdir()
    started = []

    def begin(**load: Any) -> Worker:
        worker = Worker(tmp_path / "root", tmp_path / "scratch", model=str(tmp_path / "root"), **load)
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.close()


def table(frame: Any) -> Table:
    columns = [
        Column(name, "string", list(frame[name])) if frame[name].dtype == FRAME["t"].dtype else Column(name, "number", frame[name].to_numpy("float64"))
        for name in frame.columns
    ]
    return Table(len(frame), columns)


class Own(mlflow.pyfunc.PythonModel):
    def load_context(self, context: Any) -> None:
        self.factor = float(Path(context.artifacts["factor"]).read_text())

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        from features_of_mlflow import twice

        print("types", " ".join(map(str, model_input.dtypes)), list(model_input.columns))
        return pandas.DataFrame({"score": twice(model_input["a"]) * self.factor, "town": model_input["t"]})


def test_a_model_of_ones_own_with_code_and_artifacts_gets_the_types_of_its_signature(tmp_path: Path, start: Any) -> None:
    (tmp_path / "features_of_mlflow.py").write_text("def twice(x): return 2 * x\n")
    (tmp_path / "factor.txt").write_text("3")
    # As in a notebook: its code is in the pickle.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    mlflow.pyfunc.save_model(
        str(tmp_path / "root"), python_model=Own(), artifacts={"factor": str(tmp_path / "factor.txt")},
        code_paths=[str(tmp_path / "features_of_mlflow.py")], signature=infer_signature(FRAME), pip_requirements=["mlflow-skinny"],
    )  # fmt: skip
    worker = start()
    assert worker.first["kind"] == "ready", worker.first["traceback"]
    described = worker.first["described"]
    assert (described["form"], described["class"].split(".")[-1]) == ("pyfunc", "Own")
    assert [each["type"] for each in described["inputs"]["columns"]] == ["number", "number", "string", "bool"]
    found = worker.infer(table(FRAME[["t", "f", "a", "n"]]))
    assert isinstance(found, dict) and "score" in found, found
    assert found["score"].data.tolist() == [6, 12, 18, 24] and found["town"].data == ["x", "y", "x", "y"]
    missing = worker.infer(table(FRAME.assign(n=[1, None, 1, 0])))
    assert missing["stage"] == "code" and "n" in missing["message"]
    text = "str" if str(FRAME["t"].dtype) == "str" else "object"
    assert f"types float64 int64 {text} bool ['a', 'n', 't', 'f']" in worker.close().replace("object", text)


@pytest.mark.parametrize("format", ["skops", "cloudpickle", "pickle"])
@pytest.mark.parametrize("has_mlflow", [True, False])
def test_a_model_of_scikit_learn_answers_alike_with_and_without_mlflow(
    tmp_path: Path, start: Any, format: str, has_mlflow: bool
) -> None:
    from sklearn.linear_model import LogisticRegression

    X = FRAME[["a", "n"]]
    model = LogisticRegression().fit(X, FRAME["t"])
    mlflow.sklearn.save_model(
        model, str(tmp_path / "root"), serialization_format=format, signature=infer_signature(X, model.predict(X)),
        pip_requirements=["scikit-learn"],
    )  # fmt: skip
    load = {}
    if not has_mlflow:
        load["packages"] = without_mlflow(tmp_path / "root" / "packages")
    worker = start(**load)
    assert worker.first["kind"] == "ready", worker.first["traceback"]
    assert worker.first["described"]["form"] == ("pyfunc" if has_mlflow else "model")
    assert worker.first["described"]["class"].endswith("LogisticRegression")
    assert worker.first["described"]["call"]["dtypes"] == {"n": "int64"}
    found = worker.infer(Matrix(4, 2, None, X.to_numpy("float64")))
    assert found["predict"].data == model.predict(X).tolist()
    assert "mlflow" not in worker.first["distributions"] or has_mlflow


def without_mlflow(folder: Path) -> str:
    """The environment's packages but MLflow, by copies: links would lead out of what may be read."""
    import shutil

    own = Path(numpy.__file__).parents[1]
    ignored = lambda place, names: [name for name in names if place == str(own) and name.startswith("mlflow")]  # noqa: E731
    shutil.copytree(own, folder, ignore=ignored, copy_function=__import__("os").link)
    return str(folder)


def test_a_folder_that_needs_mlflow_says_so_where_it_is_not_there(tmp_path: Path, start: Any) -> None:
    mlflow.pyfunc.save_model(str(tmp_path / "root"), python_model=lambda model_input: model_input, pip_requirements=["mlflow-skinny"])
    (tmp_path / "root" / "packages").mkdir()
    error = start(packages=str(tmp_path / "root" / "packages")).first
    assert error["kind"] == "error" and error["missing"]["module"] == "mlflow", error
