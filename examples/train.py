"""Trains the example models of this folder: python examples/train.py (scikit-learn 1.9, pandas).

Only data that ships with scikit-learn or is invented here; fixed seeds. Beside each model goes golden/<name>.json: a
few rows and what scikit-learn itself answers, for `plimsoll verify examples/<name>.joblib --golden …`.
"""
import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).resolve().parent


def iris():
    """Which of three irises a flower is, from four measurements."""
    data = load_iris(as_frame=True)
    X = data.data.rename(columns=lambda name: name.replace(" (cm)", "").replace(" ", "_"))
    y = data.target_names[data.target].astype(object)
    model = RandomForestClassifier(n_estimators=50, random_state=0).fit(X, y)
    return model, X.iloc[[0, 60, 75, 120, 140]]


def churn(rows=2000):
    """Whether a customer leaves, from a table of numbers and words with gaps."""
    random = np.random.RandomState(0)
    X = pd.DataFrame(
        {
            "age": random.randint(18, 90, rows).astype(float),
            "monthly_fee": np.round(random.gamma(4.0, 12.0, rows), 2),
            "months": random.exponential(24.0, rows).round(),
            "plan": random.choice(["basic", "plus", "pro"], rows, p=[0.5, 0.3, 0.2]),
            "payment": random.choice(["card", "invoice", "direct debit"], rows),
        }
    )
    risk = X["monthly_fee"] / 40 - X["months"] / 20 + (X["plan"] == "basic") * 0.9 + (X["payment"] == "invoice") * 0.6
    y = np.where(risk + random.randn(rows) > 0.6, "leaves", "stays")
    for column in ("age", "payment"):
        X.loc[random.rand(rows) < 0.08, column] = np.nan
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = ColumnTransformer(
        [("numbers", numbers, ["age", "monthly_fee", "months"]), ("words", words, ["plan", "payment"])]
    )
    return make_pipeline(columns, LogisticRegression()).fit(X, y), X.head(5)


def reviews():
    """Whether a review is positive or negative."""
    praise = ["wonderful", "great", "moving", "funny", "brilliant", "charming", "très bien", "loved it", "a joy"]
    blame = ["boring", "awful", "too long", "predictable", "a waste of time", "noisy", "dull", "hated it"]
    things = ["the plot", "the acting", "the music", "this film", "the ending", "every scene", "the café scene"]
    random = np.random.RandomState(1)
    texts, moods = [], []
    for _ in range(600):
        good = random.rand() < 0.5
        words = praise if good else blame
        said = [f"{random.choice(things)} was {random.choice(words)}" for _ in range(random.randint(1, 4))]
        texts.append(", ".join(said) + random.choice([".", "!", "…"]))
        moods.append("positive" if good else "negative")
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=4.0)).fit(texts, moods)
    rows = ["A charming film, the music was great!", "Boring. I hated it…", "the ending was predictable but funny", "", "très bien"]
    return model, rows


def house_prices():
    """The price of a house in thousands; every measurement may be missing."""
    random = np.random.RandomState(2)
    rows = 1500
    X = pd.DataFrame(
        {
            "area": np.round(random.gamma(6.0, 20.0, rows) + 25, 1),
            "rooms": random.randint(1, 9, rows).astype(float),
            "year": random.randint(1880, 2024, rows).astype(float),
            "distance": np.round(random.exponential(6.0, rows), 2),
            "garden": (random.rand(rows) < 0.4).astype(float),
        }
    )
    y = 40 + 2.4 * X["area"] + 9 * X["rooms"] + (X["year"] - 1950) * 0.6 - 7 * np.sqrt(X["distance"]) * 3
    y = np.round(y * (1 + 0.15 * X["garden"]) + random.randn(rows) * 20, 1)
    X = X.mask(random.rand(*X.shape) < 0.1)
    model = HistGradientBoostingRegressor(max_iter=80, max_leaf_nodes=15, random_state=0).fit(X, y)
    return model, X.iloc[[0, 1, 2, 3, 30]]


def rows_as_json(rows):
    if isinstance(rows, list):
        return {"instances": rows}
    cells = rows.astype(object).where(rows.notna(), None)
    return {"dataframe_split": {"columns": list(rows.columns), "data": cells.to_numpy().tolist()}}


def main():
    models = {"iris": iris, "churn": churn, "reviews": reviews, "house-prices": house_prices}
    # The next version of churn: the same columns, half as many customers again.
    models["next/churn"] = lambda: churn(rows=3000)
    (HERE / "golden" / "next").mkdir(parents=True, exist_ok=True)
    (HERE / "next").mkdir(exist_ok=True)
    for name, train in models.items():
        model, rows = train()
        joblib.dump(model, HERE / f"{name}.joblib", compress=3)
        outputs = ("predict", "predict_proba", "decision_function")
        expected = {output: getattr(model, output)(rows).tolist() for output in outputs if hasattr(model, output)}
        golden = {"input": rows_as_json(rows), "expected": expected}
        text = json.dumps(golden, ensure_ascii=False, indent=1, allow_nan=False)
        (HERE / "golden" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
