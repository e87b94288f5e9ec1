"""Trains randomly drawn models with any scikit-learn from 0.18 on, and writes them as fixtures are written.

    python tools/interop/releases.py --seed 7 --cases 20 --output DIR
Draws what releases compute differently, and rows that are far from the data: halves, bytes that overflow, infinities,
ties. What a release does not have, and options that it refuses, are drawn again. Runs on CPython 3.6 and later.
"""
import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn

try:
    import joblib  # noqa: F401
except ImportError:  # a part of scikit-learn before 0.21
    from sklearn.externals import joblib

    sys.modules["joblib"] = joblib
# Names that case.py takes from pandas 1.0 and 0.24.
if not hasattr(pd, "NA"):
    pd.NA = object()
if not hasattr(pd.DataFrame, "to_numpy"):
    pd.DataFrame.to_numpy = lambda self: self.values

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from case import VERSION, Case, answers, write_case
from rows import TEXT_EDGES, TEXTS, tie_rows, with_nan

from sklearn import cluster, decomposition, ensemble, feature_extraction, linear_model, preprocessing, svm, tree
from sklearn.pipeline import make_pipeline

if (0, 21) <= VERSION < (1, 0):
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
try:
    from sklearn import impute
except ImportError:
    impute = None

SAVERS = ["pickle-%d" % protocol for protocol in range(5)] + ["joblib-" + name for name in ("raw", "zlib", "gzip", "bz2", "xz")]
FAR = [0.0, -0.0, -0.5, 0.5, 1.0, -1.0, -2.0, 5e-324, 1e-40, 0.3, 7.0, 127.5, 128.0, 255.0, 256.0, 300.0, 2.0**31,
       16777217.0, 1e30, -1e30, 3.4028235677973366e38, 1e39, 1e160, -1e160, np.nan, np.inf, -np.inf]


def make(module, name, **options):
    """An estimator with those of the options that this release has."""
    known = getattr(module, name)._get_param_names()
    return getattr(module, name)(**{key: value for key, value in options.items() if key in known})


class Draw:
    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def one(self, options):
        return options[self.random.randint(len(options))]

    def chance(self, share):
        return self.random.rand() < share

    def matrix(self, width):
        X = self.random.randn(80, width) * 10.0 ** self.random.randint(-1, 3) + self.random.randn(width)
        if self.chance(0.5):
            X = np.round(X, self.random.randint(2))
        return X.astype(np.float32) if self.chance(0.15) else X

    def target(self, X):
        scaled = (X - X.mean(0)) / (X.std(0) + 1e-9)
        return scaled.dot(self.random.randn(X.shape[1])) + 0.3 * self.random.randn(len(X))

    def labels(self, X):
        names = np.array(self.one([["no", "yes"], [0, 1], [7, -3, 12], [True, False], ["a", "ä", "東", "😀"]]))
        return names[self.target(X).argsort().argsort() * len(names) // len(X)]


def rows_for(d, X, model=None):
    X = X.astype(float)
    rows = [np.full(X.shape[1], value) for value in FAR]
    for value in FAR * 2:
        row = X[d.random.randint(len(X))].copy()
        row[d.random.randint(len(row))] = value
        rows.append(row)
    ties = [] if model is None else tie_rows(model, X, count=36)
    return np.vstack(rows + [X[:10]] + ([ties] if len(ties) else []))


def fitted(d, X, model, classifies):
    y = d.labels(X) if classifies else d.target(X)
    if getattr(model, "loss", "") in ("poisson", "gamma"):
        y = np.exp(y / (1 + np.abs(y).max()))
    return model.fit(X, y)


def trees(d):
    X, kind = d.matrix(3), d.one(["Classifier", "Regressor"])
    name = d.one(["DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees"])
    model = make(tree if name in ("DecisionTree", "ExtraTree") else ensemble, name + kind, max_depth=d.one([2, 5, None]),
                 n_estimators=5, random_state=0, class_weight=d.one([None, "balanced"]))
    fitted(d, X, model, kind == "Classifier")
    return model, rows_for(d, X, model)


def boosting(d):
    if VERSION < (0, 21):
        raise AttributeError("its prior was of classes that are not read")
    X, kind = d.matrix(3), d.one(["Classifier", "Regressor"])
    losses = ["deviance", "log_loss", "exponential"] if kind == "Classifier" else ["ls", "squared_error", "huber", "quantile"]
    model = make(ensemble, "GradientBoosting" + kind, loss=d.one(losses), init=d.one([None, "zero"]), n_estimators=5, random_state=0)
    fitted(d, X, model, kind == "Classifier")
    return model, rows_for(d, X, model)


def histograms(d):
    X, kind = d.matrix(3).astype(float), d.one(["Classifier", "Regressor"])
    losses = ["auto", "log_loss"] if kind == "Classifier" else ["squared_error", "least_squares", "poisson", "gamma"]
    model = make(ensemble, "HistGradientBoosting" + kind, loss=d.one(losses), max_iter=5, min_samples_leaf=2, random_state=0)
    if VERSION >= (0, 24) and d.chance(0.7):
        X[:, 0] = d.random.randint(0, d.one([3, 40, 250]), len(X))
        model.set_params(categorical_features=[0])
    fitted(d, X, model, kind == "Classifier")
    return model, rows_for(d, X, model)


def scaler(d):
    return d.one([preprocessing.StandardScaler(), preprocessing.MinMaxScaler(), preprocessing.MaxAbsScaler(),
                  preprocessing.RobustScaler(), preprocessing.Normalizer(d.one(["l1", "l2"]))])


def linear(d):
    X = d.matrix(3)
    model = d.one([linear_model.LogisticRegression(C=0.5), linear_model.RidgeClassifier(), svm.LinearSVC(random_state=0),
                   linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(0.1)])
    model = make_pipeline(scaler(d), model)
    fitted(d, X, model, hasattr(model.steps[-1][1], "decision_function") or "Classifier" in type(model.steps[-1][1]).__name__)
    return model, rows_for(d, X)


def unsupervised(d):
    X = d.matrix(3)
    model = d.one([make(cluster, "KMeans", n_clusters=4, n_init=2, random_state=0), scaler(d),
                   make(cluster, "MiniBatchKMeans", n_clusters=4, n_init=2, random_state=0), decomposition.PCA(2)])
    rows = rows_for(d, X)
    if VERSION < (0, 20):
        # Labels of rows whose distances overflow were left unset there: whatever was in that memory.
        rows = rows[~(np.abs(rows) > 1e100).any(axis=1)]
    return model.fit(X), rows


def imputation(d):
    X = d.matrix(3)
    model = make(impute, "SimpleImputer", strategy=d.one(["mean", "median", "most_frequent", "constant"]),
                 add_indicator=d.chance(0.4))
    return model.fit(with_nan(X)), rows_for(d, X)


def text(d):
    options = {"ngram_range": d.one([(1, 1), (1, 2)]), "strip_accents": d.one([None, "unicode", "ascii"]), "max_features": 60}
    name = d.one(["CountVectorizer", "TfidfVectorizer"])
    return make(feature_extraction.text, name, sublinear_tf=d.chance(0.3), **options).fit(TEXTS), TEXTS + TEXT_EDGES


KINDS = (trees, boosting, histograms, linear, unsupervised, imputation, text)


def sifted(model, rows):
    """The rows that the library takes, and some that it refuses."""

    def takes(part):
        try:
            answers(model, part)
        except ValueError:
            return False
        return True

    if isinstance(rows, list) or takes(rows):
        return rows, []
    taken = np.array([takes(rows[i : i + 1]) for i in range(len(rows))])
    refused = [rows[i : i + 1] for i in np.flatnonzero(~taken)[:8]]
    return rows[taken], refused


def draw(kind, seed):
    """A case, or None where this release has nothing of the kind."""
    for attempt in range(20):
        d = Draw((seed + 7919 * attempt) % 2**32)
        try:
            model, rows = kind(d)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        rows, refused = sifted(model, rows)
        # Cython of some releases takes no row at all where the model was fitted on float32.
        if len(rows) == 0:
            continue
        return Case(model, rows, refused, saver=d.one(SAVERS))
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, default=21)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    folder = options.output / ("sklearn-" + sklearn.__version__)
    folder.mkdir(parents=True)
    for index in range(options.cases):
        kind = KINDS[index % len(KINDS)]
        case = draw(kind, options.seed * 100003 + index)
        if case is not None:
            write_case(folder, "%03d-%s" % (index, kind.__name__), case)


if __name__ == "__main__":
    main()
