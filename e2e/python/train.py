"""Makes what the tests of the Python runtime serve: train.py FOLDER, with the folder `python/` on the path.

FOLDER/src/churn_features.py   a module of the user's own
FOLDER/saved/                  the pipeline as `plimsoll.save` writes it
FOLDER/churn.joblib            the same pipeline as most people save it
FOLDER/requirements.txt        what it was trained with
FOLDER/rows.json               rows, and what the pipeline answered where it was trained
"""
from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

import plimsoll

MODULE = '''
"""Features of churn, as a team keeps them beside its notebook."""
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

import churn_constants


class Ratio(BaseEstimator, TransformerMixin):
    """Adds income a month of tenure."""

    def fit(self, X, y=None):
        self.median_ = float(np.median(X["income"]))
        return self

    def transform(self, X):
        frame = X.copy()
        frame["ratio"] = X["income"].fillna(self.median_) / (X["tenure"] + churn_constants.MONTH)
        return frame[["age", "income", "tenure", "ratio"]].fillna(self.median_)
'''


def main(folder: Path) -> None:
    source = folder / "src"
    source.mkdir(parents=True, exist_ok=True)
    (source / "churn_features.py").write_text(MODULE.lstrip())
    (source / "churn_constants.py").write_text("MONTH = 1.0\n")
    sys.path.insert(0, str(source))

    import churn_features
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline

    random = np.random.default_rng(20261126)
    rows = pd.DataFrame(
        {
            "age": random.integers(18, 90, 400),
            "income": random.lognormal(10, 0.4, 400).round(2),
            "tenure": random.gamma(2, 2, 400),
            "plan": random.choice(["basic", "plus", "pro"], 400),
        }
    )
    rows.loc[::17, "income"] = np.nan
    labels = np.where(rows["tenure"] + random.normal(0, 1, 400) > 4, "stays", "leaves")
    model = make_pipeline(churn_features.Ratio(), RandomForestClassifier(n_estimators=20, random_state=0))
    model.fit(rows, labels)

    plimsoll.save(model, folder / "saved", sample=rows)
    joblib.dump(model, folder / "churn.joblib")
    pins = [f"{name}=={version(name)}" for name in ("joblib", "numpy", "pandas", "scikit-learn", "scipy")]
    (folder / "requirements.txt").write_text("\n".join(pins) + "\n")
    asked = rows.head(40)
    records = json.loads(asked.to_json(orient="records", double_precision=15))
    expected = {"predict": model.predict(asked).tolist(), "predict_proba": model.predict_proba(asked).tolist()}
    (folder / "rows.json").write_text(json.dumps({"rows": records, "expected": expected}))
    golden = {"input": {"dataframe_records": records}, "expected": expected}
    (folder / "golden.json").write_text(json.dumps(golden))


main(Path(sys.argv[1]))
