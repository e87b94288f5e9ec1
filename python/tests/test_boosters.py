"""Boosters come back from their libraries' own files, as what they were."""

from __future__ import annotations

import json

import pytest

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")

import plimsoll
from plimsoll.replay import replay

RANDOM = numpy.random.default_rng(3)
FRAME = pandas.DataFrame({"a": RANDOM.normal(size=200), "b": RANDOM.normal(size=200).astype("float32")})
FRAME["c"] = pandas.Categorical(RANDOM.choice(["x", "y", "z"], 200), categories=["z", "x", "y"])
FRAME.loc[4, "a"] = numpy.nan
NUMBERS = FRAME[["a", "b"]]
TARGET = FRAME["a"].fillna(0) + (FRAME["c"] == "x") * 3.0
THREE = numpy.digitize(TARGET, [0, 2])
WORDS = numpy.array(["low", "mid", "high"])[THREE]


def round_trip(model, path, sample, outputs=("predict",), format=None, check=False):
    """Saves, replays the golden rows (in a fresh process with `check`), loads, and compares on all rows."""
    folder = plimsoll.save(model, path / "m", sample, check=check)
    assert check or replay(folder) == []
    manifest = json.loads((folder / "plimsoll.json").read_text())
    assert manifest["model"]["format"] == format
    again = plimsoll.load(folder)
    assert type(again) is type(model)
    for output in outputs:
        assert numpy.array_equal(getattr(again, output)(sample), getattr(model, output)(sample))
    return again, manifest, folder


def test_xgboost_classifier(tmp_path):
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=5, max_depth=3, enable_categorical=True).fit(FRAME, THREE)
    again, manifest, folder = round_trip(model, tmp_path, FRAME, ("predict", "predict_proba"), "xgboost", check=True)
    assert again.classes_.tolist() == [0, 1, 2] and again.get_params()["enable_categorical"] is True
    assert "scikit-learn==" in (folder / "requirements.txt").read_text()
    assert [output["name"] for output in manifest["signature"]["outputs"]] == ["predict", "predict_proba"]


def test_xgboost_keeps_what_it_takes_for_missing(tmp_path):
    xgboost = pytest.importorskip("xgboost")
    filled = NUMBERS.fillna(-1.0).to_numpy()
    model = xgboost.XGBRegressor(n_estimators=5, missing=-1.0).fit(filled, TARGET)
    again, _, _ = round_trip(model, tmp_path, filled, format="xgboost")
    assert again.get_params()["missing"] == -1.0


def test_xgboost_booster(tmp_path):
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.train({"max_depth": 3}, xgboost.DMatrix(NUMBERS, TARGET), 5)
    folder = plimsoll.save(model, tmp_path / "m", NUMBERS, check=False)
    assert replay(folder) == []
    again = plimsoll.load(folder)
    assert isinstance(again, xgboost.Booster)
    assert (again.predict(xgboost.DMatrix(NUMBERS)) == model.predict(xgboost.DMatrix(NUMBERS))).all()


@pytest.mark.parametrize("labels", [THREE, WORDS, WORDS == "low"], ids=["int", "text", "bool"])
def test_lightgbm_classifier(tmp_path, labels):
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=5, min_child_samples=5, verbose=-1).fit(FRAME, labels)
    again, _, _ = round_trip(model, tmp_path, FRAME, ("predict", "predict_proba"), "lightgbm")
    assert again.classes_.tolist() == model.classes_.tolist() and again.classes_.dtype == model.classes_.dtype


def test_lightgbm_regressor_and_booster(tmp_path):
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(FRAME, TARGET)
    round_trip(model, tmp_path, FRAME, format="lightgbm")
    round_trip(model.booster_, tmp_path / "booster", FRAME, format="lightgbm")


def own_objective(truth, answers):
    return answers - truth, numpy.ones_like(truth)


def test_lightgbm_with_an_objective_of_ones_own_is_pickled_with_its_module(tmp_path):
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMRegressor(n_estimators=3, objective=own_objective, verbose=-1).fit(NUMBERS, TARGET)
    _, manifest, _ = round_trip(model, tmp_path, NUMBERS, format="joblib")
    assert manifest["code"] == ["code/test_boosters.py"]


@pytest.mark.parametrize("labels", [THREE, WORDS], ids=["int", "text"])
def test_catboost_classifier(tmp_path, labels):
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostClassifier(iterations=5, depth=3, verbose=False, allow_writing_files=False)
    model.fit(FRAME, labels, cat_features=["c"])
    again, _, _ = round_trip(model, tmp_path, FRAME, ("predict", "predict_proba"), "catboost")
    assert list(again.classes_) == list(model.classes_)


def test_catboost_regressor(tmp_path):
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostRegressor(iterations=5, verbose=False, allow_writing_files=False).fit(NUMBERS, TARGET)
    round_trip(model, tmp_path, NUMBERS, format="catboost")


def test_a_pipeline_that_holds_a_booster_stays_a_pipeline(tmp_path):
    xgboost = pytest.importorskip("xgboost")
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(SimpleImputer(), xgboost.XGBRegressor(n_estimators=3)).fit(NUMBERS, TARGET)
    _, _, folder = round_trip(model, tmp_path, NUMBERS, format="joblib")
    assert "xgboost" in (folder / "requirements.txt").read_text()
