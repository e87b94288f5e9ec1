"""Models and rows of the benchmark of estimators: models.py DIRECTORY ROWS.

Writes `<name>.joblib`, as many rows as float64 (`rows-<n>.f64`) and a few of them as JSON (`rows.json`).
"""
import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, PowerTransformer, QuantileTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

directory, count = Path(sys.argv[1]), int(sys.argv[2])
directory.mkdir(parents=True, exist_ok=True)
TRAINED = 5000
WIDTH = 20

X, y = make_classification(TRAINED + count, WIDTH, n_informative=10, random_state=0)
rows, X, y = X[TRAINED:], X[:TRAINED], y[:TRAINED]
number = X[:, :5].sum(1) + np.random.default_rng(0).normal(size=TRAINED)
logistic = lambda: LogisticRegression(max_iter=1000)
forest = lambda: RandomForestClassifier(50, max_depth=8, random_state=0)
three = lambda: [("logistic", logistic()), ("forest", forest()), ("bayes", GaussianNB())]

models = {
    "SVC, rbf": make_pipeline(StandardScaler(), SVC()).fit(X, y),
    "KNeighborsClassifier, brute": KNeighborsClassifier().fit(X, y),
    "KNeighborsClassifier, kd_tree": KNeighborsClassifier(algorithm="kd_tree").fit(X, y),
    "MLPClassifier, 100": MLPClassifier(random_state=0, max_iter=60).fit(X, y),
    "GaussianNB": GaussianNB().fit(X, y),
    "CalibratedClassifierCV, LinearSVC": CalibratedClassifierCV(LinearSVC()).fit(X, y),
    "VotingClassifier, soft": VotingClassifier(three(), voting="soft").fit(X, y),
    "StackingClassifier": StackingClassifier(three(), cv=3).fit(X, y),
    "AdaBoostClassifier": AdaBoostClassifier(random_state=0).fit(X, y),
    "BaggingClassifier": BaggingClassifier(random_state=0).fit(X, y),
    "IsolationForest": IsolationForest(random_state=0).fit(X),
    "GaussianMixture, full": GaussianMixture(4, random_state=0).fit(X),
    "GaussianProcessRegressor, rbf": GaussianProcessRegressor(RBF(4.0) + WhiteKernel(), optimizer=None).fit(X[:500], number[:500]),
    "PolynomialFeatures, Ridge": make_pipeline(PolynomialFeatures(2), Ridge()).fit(X, number),
    "PowerTransformer, logistic": make_pipeline(PowerTransformer(), logistic()).fit(X, y),
    "QuantileTransformer, logistic": make_pipeline(QuantileTransformer(random_state=0), logistic()).fit(X, y),
}
for name, model in models.items():
    joblib.dump(model, directory / f"{name}.joblib")
rows.tofile(directory / f"rows-{count}.f64")
(directory / "rows.json").write_text(json.dumps(rows[:200].tolist()))
