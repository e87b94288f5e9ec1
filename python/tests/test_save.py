"""What `plimsoll.save` writes, and what it refuses."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("sklearn")

import numpy
import pandas
from features_of_tests import Doubler, Nervous
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

import plimsoll
from plimsoll import PlimsollError
from plimsoll.replay import replay


def manifest_of(folder):
    return json.loads((folder / "plimsoll.json").read_text(encoding="utf-8"))


def refusal(*args, **kwargs):
    with pytest.raises(PlimsollError) as caught:
        plimsoll.save(*args, **kwargs)
    return caught.value


X = numpy.arange(40.0).reshape(20, 2)
Y = X @ [1.5, -2.0]


def linear():
    return LinearRegression().fit(X, Y)


def test_a_pipeline_with_a_module_of_ones_own_loads_where_only_the_folder_is(saved, pipeline, churn, elsewhere, tmp_path):
    rows = tmp_path / "rows.pkl"
    churn[0].to_pickle(rows)
    text = "import plimsoll, pandas, json; m = plimsoll.load(sys.argv[1]); print(json.dumps(m.predict_proba(pandas.read_pickle(sys.argv[2])).tolist()))"
    answers = json.loads(elsewhere(text, saved, rows))
    assert answers == pipeline.predict_proba(churn[0]).tolist()


def test_modules_are_found_by_the_pickles_globals_and_by_their_own_imports(saved):
    assert manifest_of(saved)["code"] == ["code/features_of_tests.py", "code/helpers_of_tests.py"]


def test_the_signature_says_what_the_sample_was(saved):
    signature = manifest_of(saved)["signature"]
    assert {column["name"]: (column["type"], column["nullable"]) for column in signature["columns"]} == {
        "income": ("number", True),
        "age": ("number", False),
        "score": ("number", True),
        "member": ("number", False),
        "plan": ("string", True),
        "town": ("string", True),
        "visits": ("number", True),
        "since": ("string", True),
    }
    assert signature["columns"][4]["categories"] == ["c", "b", "a"]
    classes = {"type": "string", "values": ["goes", "stays"]}
    assert signature["classes"] == classes
    assert signature["outputs"] == [
        {"name": "predict", "dtype": "string", "shape": [-1], "classes": classes},
        {"name": "predict_proba", "dtype": "float64", "shape": [-1, 2], "classes": classes},
        {"name": "decision_function", "dtype": "float64", "shape": [-1], "classes": classes},
    ]


def test_the_call_says_how_columns_are_made_again(saved):
    call = manifest_of(saved)["call"]
    assert call["container"] == "frame"
    assert call["dtypes"]["plan"] == 'category["c", "b", "a"]'
    assert call["dtypes"]["score"] == "float32"
    assert call["dtypes"]["since"].startswith("datetime64[")
    assert "income" not in call["dtypes"]


def test_golden_rows_are_a_request_and_the_models_answers(saved, pipeline, churn):
    golden = json.loads((saved / "golden.json").read_text(encoding="utf-8"))
    split = golden["input"]["dataframe_split"]
    assert split["columns"] == list(churn[0].columns)
    assert len(split["data"]) == 100
    first, last = churn[0].iloc[0], churn[0].iloc[-1]
    assert split["data"][0][0] == first["income"] and split["data"][0][5] is None
    assert split["data"][-1][0] == last["income"] and split["data"][-1][7] == last["since"].isoformat()
    assert golden["expected"]["predict"][-1] == pipeline.predict(churn[0])[-1]


def test_pins_are_exact_and_hold_what_is_needed_further_on(saved):
    lines = (saved / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in lines]
    assert names == sorted(names)
    # scipy is imported by scikit-learn alone, python-dateutil by pandas.
    assert {"scikit-learn", "scipy", "pandas", "python-dateutil", "joblib", "numpy"} <= set(names)
    assert not {"xgboost-cpu", "pytest", "catboost", "plimsoll-ml"} & set(names)
    assert all(line.count("==") == 1 for line in lines)


def test_every_file_is_in_the_manifest_with_its_digest(saved):
    listed = {file["path"] for file in manifest_of(saved)["files"]}
    there = {path.relative_to(saved).as_posix() for path in saved.rglob("*") if path.is_file()}
    assert listed == there - {"plimsoll.json"}


def test_the_reference_has_the_columns_of_the_model_alone(tmp_path, churn):
    frame, labels = churn
    model = LogisticRegression().fit(frame[["age", "score"]], labels)
    folder = plimsoll.save(model, tmp_path / "m", frame[["age", "score"]][:5], reference=frame, check=False)
    kept = pandas.read_parquet(folder / manifest_of(folder)["reference"])
    assert list(kept.columns) == ["age", "score"] and len(kept) == len(frame)
    error = refusal(model, tmp_path / "n", frame[["age", "score"]], reference=frame[["age"]])
    assert error.code == "REFERENCE_INVALID" and '"score"' in error.message


def test_arrays_have_columns_without_names(tmp_path):
    folder = plimsoll.save(linear(), tmp_path / "m", X, check=False)
    manifest = manifest_of(folder)
    assert manifest["call"] == {"container": "array", "dtype": "float64"}
    assert manifest["signature"]["columns"][1] == {"name": "x1", "named": False, "type": "number", "nullable": False}
    assert json.loads((folder / "golden.json").read_text())["input"]["instances"][1] == [2.0, 3.0]


def test_texts_are_bare_rows(tmp_path):
    texts = ["a good day", "a bad day", "good", "bad"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
    folder = plimsoll.save(model, tmp_path / "m", texts, check=False)
    assert replay(folder) == []
    manifest = manifest_of(folder)
    assert manifest["signature"]["form"] == "text" and manifest["call"] == {"container": "list"}


def test_several_outputs_are_a_list_of_matrices(tmp_path):
    labels = numpy.stack([X[:, 0] > 9, X[:, 0] > 20], axis=1)
    model = RandomForestClassifier(5, random_state=0).fit(X, labels)
    folder = plimsoll.save(model, tmp_path / "m", X, check=False)
    assert replay(folder) == []
    by_name = {output["name"]: output for output in manifest_of(folder)["signature"]["outputs"]}
    assert by_name["predict_proba"] == {"name": "predict_proba", "dtype": "float64", "shape": [-1, 2], "parts": 2}
    assert len(json.loads((folder / "golden.json").read_text())["expected"]["predict_proba"]) == 2


def test_any_object_with_predict_is_a_pickle(tmp_path):
    folder = plimsoll.save(Doubler(3), tmp_path / "m", X, check=False)
    assert manifest_of(folder)["model"]["format"] == "pickle"
    assert plimsoll.load(folder).predict([[2]]) == [6]


def test_nothing_is_overwritten_unless_it_is_a_saved_model_and_said_so(tmp_path):
    folder = plimsoll.save(linear(), tmp_path / "m", X, check=False)
    assert refusal(linear(), folder, X).code == "PATH_EXISTS"
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    assert refusal(linear(), other, X, overwrite=True).code == "PATH_EXISTS"
    assert (other / "chapter.txt").exists()
    plimsoll.save(Doubler(), folder, X, overwrite=True, check=False)
    assert manifest_of(folder)["framework"]["name"] == "python"
    assert sorted(os.listdir(tmp_path)) == ["m", "thesis"]


def test_a_class_of_the_script_itself_is_refused_with_the_way_on(tmp_path, elsewhere):
    text = (
        "import plimsoll\nclass Ratio:\n    def predict(self, rows): return [0 for _ in rows]\n"
        "try:\n    plimsoll.save(Ratio(), 'm', [[1.0]])\nexcept plimsoll.PlimsollError as e: print(e.code, e)"
    )
    said = elsewhere(text)
    assert said.startswith("MODULE_MISSING Cannot save: the class or function __main__.Ratio is defined in a notebook")
    assert 'code=["features.py"]' in said
    assert os.listdir(tmp_path) == []


def test_a_module_that_is_nowhere_is_refused_by_name(tmp_path):
    import sys
    import types

    module = types.ModuleType("made_up_features")
    exec("class Ghost:\n    def predict(self, rows): return [0 for _ in rows]", module.__dict__)
    sys.modules["made_up_features"] = module
    try:
        error = refusal(module.Ghost(), tmp_path / "m", X)
    finally:
        del sys.modules["made_up_features"]
    assert error.code == "MODULE_MISSING"
    assert '"made_up_features"' in error.message and "made_up_features.Ghost" in error.message
    assert 'code=["path/to/made_up_features.py"]' in error.hint


def test_a_lambda_is_refused_in_words(tmp_path):
    model = Doubler()
    model.helper = lambda row: row
    error = refusal(model, tmp_path / "m", X)
    assert error.code == "MODEL_UNSUPPORTED" and "lambda" in error.message


def test_a_model_that_answers_otherwise_elsewhere_is_not_saved(tmp_path):
    error = refusal(Nervous(), tmp_path / "m", X)
    assert error.code == "CHECK_FAILED" and "predict[0]" in error.message
    assert os.listdir(tmp_path) == []


def test_what_is_expected_must_agree_in_shape_and_then_in_numbers(tmp_path):
    error = refusal(linear(), tmp_path / "m", X, expected=Y[:-1])
    assert error.code == "EXPECTED_INVALID" and "predict" in error.message
    assert refusal(linear(), tmp_path / "m", X, expected={"scores": Y}).code == "EXPECTED_INVALID"
    assert refusal(linear(), tmp_path / "m", X, expected=Y + 1).code == "CHECK_FAILED"
    near = plimsoll.save(linear(), tmp_path / "m", X, expected=Y + 1e-6, tolerance={"rtol": 0, "atol": 1e-5}, check=False)
    assert replay(near) == []


def test_requirements_that_are_given_have_to_be_exact(tmp_path):
    error = refusal(linear(), tmp_path / "m", X, requirements=["scikit-learn>=1.2"])
    assert error.code == "REQUIREMENTS_INVALID" and "scikit-learn>=1.2" in error.message
    pins = tmp_path / "pins.txt"
    pins.write_text("# by hand\nscikit-learn==1.2.2 \\\n    --hash=sha256:00\nnumpy==1.26.4\n")
    folder = plimsoll.save(linear(), tmp_path / "m", X, requirements=pins, check=False)
    assert (folder / "requirements.txt").read_text() == "numpy==1.26.4\nscikit-learn==1.2.2\n"


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (numpy.zeros(3), "shape (3,)"),
        (pandas.DataFrame({"a": [pandas.Timedelta(1, "s")]}), "timedelta64"),
        (pandas.DataFrame({"a": [{}]}), "dict"),
        (pandas.DataFrame({"a": ["x", 1]}, dtype=object), "mixes"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "two columns"),
        ("text", "str"),
        ([], "no rows"),
    ],
)
def test_a_sample_that_cannot_be_served_is_refused(tmp_path, sample, words):
    error = refusal(Doubler(), tmp_path / "m", sample)
    assert error.code == "SAMPLE_INVALID" and words in error.message and error.hint
