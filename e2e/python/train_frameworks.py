"""Saves one model of each framework as people do it: train_frameworks.py FOLDER [NAME …], with `python/` on the path.

FOLDER/<name>/saved        what `plimsoll.save` wrote
FOLDER/<name>/rows.json    rows of a request, and what the model answered where it was trained
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple

import numpy as np
import pandas as pd

import plimsoll

MODULE = '''
"""A module of the team's own."""
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class Calendar(BaseEstimator, TransformerMixin):
    """Columns of numbers out of moments, numbers with gaps, and a category's order."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        frame = X.copy()
        frame["weekday"] = X["since"].dt.dayofweek.astype(float)
        frame["visits"] = X["visits"].fillna(-1).astype("float64")
        frame["order"] = X["plan"].cat.codes.astype(float)
        frame["member"] = X["member"].astype(float)
        frame["town"] = X["town"].fillna("nowhere")
        return frame.drop(columns=["since"])


class Tariff:
    """No estimator of any library: an object with a method."""

    def __init__(self, prices):
        self.prices = prices

    def predict(self, rows):
        return [float(self.prices[plan]) * months for plan, months in zip(rows["plan"], rows["months"])]
'''


class Case(NamedTuple):
    model: Any
    sample: Any
    #: What the model answers, by the names under which a server does.
    expected: Callable[[Any], Dict[str, Any]]
    #: The body of a request for these rows.
    rows: Callable[[Any], Any]


def records(frame: pd.DataFrame) -> Any:
    text = frame.to_json(orient="records", double_precision=15, date_format="iso", date_unit="ns")
    return json.loads(text)


def cells(rows: Any) -> Any:
    return rows.tolist() if hasattr(rows, "tolist") else list(rows)


def both(model: Any) -> Callable[[Any], Dict[str, Any]]:
    return lambda rows: {"predict": model.predict(rows), "predict_proba": model.predict_proba(rows)}


def one(call: Callable[[Any], Any]) -> Callable[[Any], Dict[str, Any]]:
    return lambda rows: {"predict": call(rows)}


RANDOM = np.random.default_rng(20261127)
ROWS = 300


def frame_of_boosters() -> pd.DataFrame:
    frame = pd.DataFrame({"age": RANDOM.integers(18, 90, ROWS), "income": RANDOM.lognormal(3, 0.4, ROWS)})
    frame["score"] = RANDOM.normal(size=ROWS).astype("float32")
    frame["plan"] = pd.Categorical(RANDOM.choice(["basic", "plus", "pro"], ROWS), categories=["pro", "basic", "plus"])
    frame.loc[::19, "income"] = np.nan
    return frame


FRAME = frame_of_boosters()
TARGET = FRAME["age"] / 10 + (FRAME["plan"] == "pro") * 3.0 + FRAME["score"]
THREE = np.digitize(TARGET, [5.0, 8.0])
WORDS = np.array(["leaves", "waits", "stays"])[THREE]


def xgboost_wrapper() -> Case:
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=10, max_depth=4, enable_categorical=True).fit(FRAME, THREE)
    return Case(model, FRAME, both(model), records)


def xgboost_booster() -> Case:
    import xgboost

    matrix = xgboost.DMatrix(FRAME, TARGET, enable_categorical=True)
    model = xgboost.train({"max_depth": 4}, matrix, 10)
    return Case(model, FRAME, one(lambda rows: model.predict(xgboost.DMatrix(rows, enable_categorical=True))), records)


def lightgbm_wrapper() -> Case:
    import lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=10, min_child_samples=5, verbose=-1).fit(FRAME, WORDS)
    return Case(model, FRAME, both(model), records)


def lightgbm_booster() -> Case:
    import lightgbm

    model = lightgbm.train({"verbose": -1, "min_data_in_leaf": 5}, lightgbm.Dataset(FRAME, TARGET), 10)
    return Case(model, FRAME, one(model.predict), records)


def catboost_classifier() -> Case:
    import catboost

    frame = FRAME.assign(plan=FRAME["plan"].astype(object), town=RANDOM.choice(["Ulm", "Köln", "São Paulo"], ROWS).astype(object))
    model = catboost.CatBoostClassifier(iterations=10, depth=4, verbose=False, allow_writing_files=False, random_seed=0)
    model.fit(frame, WORDS, cat_features=["plan", "town"])
    return Case(model, frame, both(model), records)


def sklearn_pipeline() -> Case:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from team_features import Calendar

    frame = FRAME.assign(
        member=RANDOM.random(ROWS) < 0.5,
        visits=pd.array(RANDOM.integers(0, 5, ROWS), dtype="Int64"),
        since=pd.date_range("2024-01-01T03:04:05.678", periods=ROWS, freq="7h"),
        town=RANDOM.choice(["Ulm", "Köln"], ROWS).astype(object),
    )
    frame.loc[2, "town"] = None
    frame.loc[4, "visits"] = pd.NA
    frame.loc[6, "plan"] = None
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["town"]),
        (SimpleImputer(), ["age", "income", "score", "member", "visits", "weekday", "order"]),
    )
    model = make_pipeline(Calendar(), columns, RandomForestClassifier(20, random_state=0)).fit(frame, WORDS)
    return Case(model, frame, both(model), records)


def sklearn_text() -> Case:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = ["gut", "schlecht", "day", "naïve", "日本", "fine", "awful", "late"]
    texts = [" ".join(RANDOM.choice(words, 6)) for _ in range(ROWS)]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    model.fit(texts, ["praise" if "gut" in text or "fine" in text else "blame" for text in texts])
    return Case(model, texts, both(model), cells)


def sklearn_outputs() -> Case:
    from sklearn.ensemble import RandomForestClassifier

    rows = RANDOM.normal(size=(ROWS, 4))
    labels = np.stack([rows[:, 0] > 0, np.digitize(rows[:, 1], [-0.5, 0.5])], axis=1).astype(int)
    model = RandomForestClassifier(10, random_state=0).fit(rows, labels)
    return Case(model, rows, both(model), cells)


def plain_object() -> Case:
    from team_features import Tariff

    frame = pd.DataFrame({"plan": RANDOM.choice(["basic", "pro"], 50), "months": RANDOM.integers(1, 36, 50)})
    frame["plan"] = frame["plan"].astype(object)
    model = Tariff({"basic": 9.5, "pro": 19.25})
    return Case(model, frame, one(model.predict), records)


def torch_module() -> Case:
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3), torch.nn.Softmax(dim=1))
    rows = torch.tensor(RANDOM.normal(size=(50, 4)).astype("float32"))

    def answers(given: Any) -> Dict[str, Any]:
        with torch.no_grad():
            return {"output": model.eval()(given).numpy()}

    return Case(model, rows, answers, cells)


CASES: Dict[str, Callable[[], Case]] = {
    "xgboost-wrapper": xgboost_wrapper,
    "xgboost-booster": xgboost_booster,
    "lightgbm-wrapper": lightgbm_wrapper,
    "lightgbm-booster": lightgbm_booster,
    "catboost": catboost_classifier,
    "sklearn-pipeline": sklearn_pipeline,
    "sklearn-text": sklearn_text,
    "sklearn-outputs": sklearn_outputs,
    "object": plain_object,
    "torch": torch_module,
}


def plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def main(folder: Path, names: Any) -> None:
    source = folder / "src"
    source.mkdir(parents=True, exist_ok=True)
    (source / "team_features.py").write_text(MODULE.lstrip())
    sys.path.insert(0, str(source))
    for name in names or [name for name in CASES if name != "torch"]:
        case = CASES[name]()
        (folder / name).mkdir()
        plimsoll.save(case.model, folder / name / "saved", sample=case.sample)
        asked = case.sample.iloc[:40] if hasattr(case.sample, "iloc") else case.sample[:40]
        expected = {output: plain(value) for output, value in case.expected(asked).items()}
        (folder / name / "rows.json").write_text(json.dumps({"rows": case.rows(asked), "expected": expected}))


main(Path(sys.argv[1]), sys.argv[2:])
