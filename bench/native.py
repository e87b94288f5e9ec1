"""Models and rows of the native benchmark: native.py DIRECTORY writes <name>.joblib and rows.json there."""
import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

directory = Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)
X, y = load_breast_cancer(return_X_y=True)
deep_X, deep_y = make_classification(20000, 30, n_informative=15, random_state=0)
deep_y_number = deep_X[:, :5].sum(1) + rng.normal(size=len(deep_X))
coded = np.hstack([deep_X, rng.integers(0, 40, (len(deep_X), 4))])
effects = rng.normal(size=(4, 40))
coded_y = deep_y_number + sum(effects[i, coded[:, 30 + i].astype(int)] * 3 for i in range(4))
holed = lambda A: np.where(rng.random(A.shape) < 0.05, np.nan, A)
words = [f"{a}{b}" for a in "red blue green old new big small fast slow warm".split() for b in "car dog sun sea tree".split()]
texts = [" ".join(rng.choice(words, 40)) + "." for _ in range(500)]
topics = rng.integers(0, 2, 500)
models = {
    "forest": RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y),
    "deep": RandomForestClassifier(n_estimators=100, random_state=0).fit(deep_X, deep_y),
    "hgb": HistGradientBoostingClassifier(max_iter=200, random_state=0).fit(X, y),
    "deep-number": RandomForestRegressor(n_estimators=40, random_state=0).fit(deep_X, deep_y_number),
    "boosted": GradientBoostingClassifier(n_estimators=300, max_depth=6, max_features=8, random_state=0).fit(deep_X, deep_y),
    "hgb-missing": HistGradientBoostingRegressor(max_iter=200, random_state=0).fit(holed(deep_X), deep_y_number),
    "hgb-categories": HistGradientBoostingRegressor(max_iter=200, categorical_features=[30, 31, 32, 33], random_state=0).fit(coded, coded_y),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
    "text": make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, topics),
}
for name, model in models.items():
    joblib.dump(model, directory / f"{name}.joblib")
# Noise keeps branch predictors from learning the rows by heart.
noisy = lambda A: A[rng.integers(0, len(A), 4096)] + rng.normal(size=(4096, A.shape[1])) * A.std(0) * 0.3
missing = [[None if value != value else value for value in row] for row in holed(noisy(deep_X)).tolist()]
rows = {
    "forest": noisy(X).tolist(),
    "deep": noisy(deep_X).tolist(),
    "missing": missing,
    "coded": coded[rng.integers(0, len(coded), 4096)].tolist(),
    "text": texts,
}
(directory / "rows.json").write_text(json.dumps(rows))
