"""Trains randomly drawn models and writes them as fixtures are written: file, rows and the library's own answers.

    python tools/interop/train.py --seed 7 --cases 60 --output DIR
Draws from the whole supported surface: data, labels, options, compositions and the way the file is saved.
"""
import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from sklearn import cluster, decomposition, dummy, ensemble, feature_extraction, impute, linear_model, naive_bayes
from sklearn import preprocessing, svm, tree
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline

from case import SAVERS, Case, write_case
from rows import TEXT_EDGES, TEXTS, numeric_edges, tie_rows, with_nan

LABELS = (["no", "yes"], ["ä", "b", "ß", "😀"], [0, 1], [7, -3, 12], [True, False], [0.0, 1.0, 2.0])


class Draw:
    """Random choices from one seed."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def one(self, options):
        return options[self.random.randint(len(options))]

    def chance(self, share):
        return self.random.rand() < share

    def number(self, low, high):
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def integer(self, low, high):
        return int(self.random.randint(low, high + 1))

    def matrix(self, rows, width):
        X = self.random.randn(rows, width) * self.number(0.1, 100) + self.random.randn(width)
        if self.chance(0.3):
            X = np.round(X, 1)
        if self.chance(0.2):
            X[:, self.random.randint(width)] = self.random.randint(0, 3, rows)
        return X

    def target(self, X):
        weights = self.random.randn(X.shape[1])
        scaled = (X - X.mean(0)) / (X.std(0) + 1e-9)
        return scaled @ weights + 0.3 * self.random.randn(len(X))

    def labels(self, X):
        names = self.one(LABELS)
        ranks = self.target(X).argsort().argsort()
        return np.array(names)[ranks * len(names) // len(X)]


def scaler(d):
    return d.one([
        preprocessing.StandardScaler(with_mean=d.chance(0.8), with_std=d.chance(0.8)),
        preprocessing.MinMaxScaler(feature_range=d.one([(0, 1), (-1, 1), (2.5, 7)]), clip=d.chance(0.3)),
        preprocessing.MaxAbsScaler(),
        preprocessing.RobustScaler(with_centering=d.chance(0.8), quantile_range=d.one([(25.0, 75.0), (10.0, 95.0)])),
    ])


def transformer(d):
    return d.one([
        scaler(d),
        scaler(d),
        preprocessing.Normalizer(norm=d.one(["l1", "l2", "max"])),
        decomposition.PCA(n_components=d.integer(1, 3), whiten=d.chance(0.4), random_state=0),
        preprocessing.FunctionTransformer(d.one([None, np.arcsinh, np.tanh, np.floor, np.absolute])),
        FeatureUnion([("a", scaler(d)), ("b", decomposition.PCA(2))], transformer_weights=d.one([None, {"a": 0.5}])),
    ])


def tree_options(d):
    return {
        "max_depth": d.one([1, 3, 6, None]),
        "min_samples_leaf": d.one([1, 2, 8]),
        "max_features": d.one([None, "sqrt", 0.7]),
        "random_state": d.integer(0, 999),
    }


def tree_classifier(d):
    options = dict(tree_options(d), class_weight=d.one([None, "balanced"]), criterion=d.one(["gini", "entropy", "log_loss"]))
    forest = d.one([ensemble.RandomForestClassifier, ensemble.ExtraTreesClassifier])
    return d.one([
        tree.DecisionTreeClassifier(splitter=d.one(["best", "random"]), **options),
        forest(n_estimators=d.integer(1, 25), **options),
        ensemble.GradientBoostingClassifier(n_estimators=d.integer(1, 15), learning_rate=d.number(0.01, 1),
                                            subsample=d.one([1.0, 0.6]), init=d.one([None, "zero"]),
                                            max_depth=d.integer(1, 4), random_state=0),
        ensemble.HistGradientBoostingClassifier(max_iter=d.integer(1, 20), learning_rate=d.number(0.05, 1),
                                                max_leaf_nodes=d.integer(2, 20), max_bins=d.one([8, 255]), random_state=0),
    ])


def tree_regressor(d):
    forest = d.one([ensemble.RandomForestRegressor, ensemble.ExtraTreesRegressor])
    return d.one([
        tree.DecisionTreeRegressor(criterion=d.one(["squared_error", "friedman_mse", "absolute_error"]), **tree_options(d)),
        forest(n_estimators=d.integer(1, 25), **tree_options(d)),
        ensemble.GradientBoostingRegressor(n_estimators=d.integer(1, 15), loss=d.one(["squared_error", "absolute_error", "huber", "quantile"]),
                                           learning_rate=d.number(0.01, 1), init=d.one([None, "zero", tree.DecisionTreeRegressor(max_depth=2)]), random_state=0),
        ensemble.HistGradientBoostingRegressor(max_iter=d.integer(1, 20), loss=d.one(["squared_error", "absolute_error"]),
                                               l2_regularization=d.one([0.0, 1.0]), random_state=0),
    ])


def linear_classifier(d):
    balanced = d.one([None, "balanced"])
    return d.one([
        linear_model.LogisticRegression(C=d.number(0.01, 100), fit_intercept=d.chance(0.8), class_weight=balanced, max_iter=2000),
        linear_model.SGDClassifier(loss=d.one(["hinge", "log_loss", "modified_huber", "squared_hinge"]), penalty=d.one(["l2", "l1", "elasticnet"]),
                                   average=d.chance(0.3), class_weight=balanced, random_state=0),
        svm.LinearSVC(C=d.number(0.01, 10), dual=False, class_weight=balanced, random_state=0),
    ])


def linear_regressor(d):
    return d.one([
        linear_model.LinearRegression(fit_intercept=d.chance(0.8), positive=d.chance(0.2)),
        linear_model.Ridge(alpha=d.number(0.01, 100)),
        linear_model.Lasso(alpha=d.number(0.001, 0.5)),
        linear_model.ElasticNet(alpha=d.number(0.001, 0.5), l1_ratio=d.random.rand()),
        linear_model.SGDRegressor(loss=d.one(["squared_error", "huber"]), random_state=0),
        svm.LinearSVR(C=d.number(0.01, 10), max_iter=20000, random_state=0),
    ])


def maybe_frame(d, X):
    return d.one([lambda rows: rows, lambda rows: pd.DataFrame(rows, columns=["c %d" % i for i in range(X.shape[1])])])


def trees(d):
    X = d.matrix(d.integer(60, 250), d.integer(2, 8))
    regression = d.chance(0.4)
    model = tree_regressor(d) if regression else tree_classifier(d)
    y = d.target(X) if regression else d.labels(X)
    gaps = d.chance(0.4) and not isinstance(model, (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor))
    if getattr(model, "criterion", "") == "absolute_error" or getattr(model, "splitter", "") == "random":
        gaps = False
    shape = maybe_frame(d, X)
    model.fit(shape(with_nan(X, seed=1, share=0.1) if gaps else X), y)
    rows = np.vstack([numeric_edges(X, big=1e30), tie_rows(model, X, count=48)])
    if gaps:
        rows = np.vstack([rows, with_nan(X[:15])])
    return Case(model, shape(rows))


def numeric_pipeline(d):
    X = d.matrix(d.integer(60, 200), d.integer(3, 6))
    shape = maybe_frame(d, X)
    regression = d.chance(0.4)
    steps = [transformer(d) for _ in range(d.integer(0, 2))]
    if d.chance(0.4):
        steps.insert(0, impute.SimpleImputer(strategy=d.one(["mean", "median", "most_frequent"]), add_indicator=d.chance(0.4)))
    steps.append(linear_regressor(d) if regression else linear_classifier(d))
    model = make_pipeline(preprocessing.StandardScaler(), *steps) if not isinstance(steps[0], impute.SimpleImputer) else make_pipeline(*steps)
    gaps = isinstance(steps[0], impute.SimpleImputer)
    model.fit(shape(with_nan(X) if gaps else X), d.target(X) if regression else d.labels(X))
    rows = numeric_edges(X, big=1e5)
    return Case(model, shape(np.vstack([rows, with_nan(X[:15])]) if gaps else rows))


def transformer_alone(d):
    X = d.matrix(80, d.integer(3, 6))
    shape = maybe_frame(d, X)
    model = d.one([transformer(d), make_pipeline(scaler(d), transformer(d)),
                   cluster.KMeans(n_clusters=d.integer(2, 6), n_init=2, random_state=0)])
    return Case(model.fit(shape(X)), shape(numeric_edges(X, big=1e4)))


def table(d, rows=160):
    letters = ["a", "ä", "B", "東", "😀", "long name with spaces", ""]
    data = pd.DataFrame({
        "size": np.round(d.random.gamma(2.0, 10.0, rows), d.integer(0, 3)),
        "weight": d.random.randn(rows) * d.number(0.1, 1000),
        "kind": d.random.choice(letters[: d.integer(2, 7)], rows),
        "place": d.random.choice(["north", "south", "east"], rows, p=[0.6, 0.35, 0.05]),
    })
    if d.chance(0.5):
        for column in ("size", "kind"):
            data.loc[d.random.rand(rows) < 0.15, column] = np.nan
    return data


def columns(d):
    data = table(d)
    words = d.one([
        preprocessing.OneHotEncoder(handle_unknown=d.one(["ignore", "infrequent_if_exist"]), min_frequency=d.one([None, 10]), drop=d.one([None, "first"])),
        make_pipeline(impute.SimpleImputer(strategy="most_frequent"), preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=d.chance(0.5))),
        preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=d.one([-2, -3])),
    ])
    numbers = make_pipeline(impute.SimpleImputer(strategy=d.one(["mean", "median"]), add_indicator=d.chance(0.3)), scaler(d))
    branches = [("numbers", numbers, ["size", "weight"]), ("words", words, ["kind", "place"])]
    if d.chance(0.5):
        branches.reverse()
    if d.chance(0.3):
        branches[0] = (branches[0][0], branches[0][1], branches[0][2][:1])
    remainder = "passthrough" if branches[0][2][:1] == ["size"] and len(branches[0][2]) == 1 and d.chance(0.5) else "drop"
    mapped = ColumnTransformer(branches, remainder=remainder, transformer_weights=d.one([None, None, {"words": 0.5}]))
    y = data["weight"].to_numpy()
    regression = d.chance(0.3)
    last = d.one([linear_regressor, tree_regressor])(d) if regression else d.one([linear_classifier, tree_classifier])(d)
    model = make_pipeline(mapped, last) if not isinstance(last, (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor)) else make_pipeline(mapped, preprocessing.FunctionTransformer(), last)
    if isinstance(last, (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor)):
        mapped.set_params(sparse_threshold=0)
    model.fit(data, y if regression else d.labels(y[:, None]))
    rows = pd.concat([data.head(50), table(d, 20)], ignore_index=True)
    rows.loc[50:52, "kind"] = "never seen"
    return Case(model, rows)


def text(d):
    options = {
        "analyzer": d.one(["word", "word", "char", "char_wb"]), "ngram_range": d.one([(1, 1), (1, 2), (2, 3)]),
        "lowercase": d.chance(0.8), "strip_accents": d.one([None, None, "unicode", "ascii"]),
        "max_features": d.one([20, 60, 100]), "binary": d.chance(0.2),
    }
    if options["analyzer"] == "word":
        options["stop_words"] = d.one([None, "english"])
        options["token_pattern"] = d.one([r"(?u)\b\w\w+\b", r"\b\w+\b", r"[^\s]+"])
    counter = feature_extraction.text.CountVectorizer(**options)
    tfidf = feature_extraction.text.TfidfVectorizer(
        norm=d.one(["l2", "l1", None]), use_idf=d.chance(0.8), sublinear_tf=d.chance(0.3), smooth_idf=d.chance(0.8), **options)
    vectorizer = d.one([counter, tfidf, tfidf])
    order = list(d.random.permutation(len(TEXTS)))
    texts = [TEXTS[i] for i in order]
    y = np.array(["good", "bad", "neutral"])[d.random.randint(0, 3, len(texts))]
    if d.chance(0.25):
        return Case(vectorizer.fit(texts), TEXTS + TEXT_EDGES)
    last = d.one([linear_classifier(d), naive_bayes.MultinomialNB(alpha=d.number(0.1, 2)), ensemble.RandomForestClassifier(5, random_state=0)])
    return Case(make_pipeline(vectorizer, last).fit(texts, y), TEXTS + TEXT_EDGES)


def baseline(d):
    X = d.matrix(50, 3)
    if d.chance(0.5):
        return Case(dummy.DummyRegressor(strategy=d.one(["mean", "median"])).fit(X, d.target(X)), X)
    return Case(dummy.DummyClassifier(strategy=d.one(["prior", "most_frequent"])).fit(X, d.labels(X)), X)


def search(d):
    X = d.matrix(90, 4)
    pipe = make_pipeline(scaler(d), linear_classifier(d))
    name = pipe.steps[-1][0]
    grid = {name + "__fit_intercept": [True, False]}
    return Case(GridSearchCV(pipe, grid, cv=2).fit(X, d.labels(X)), numeric_edges(X, big=1e4))


KINDS = (trees, trees, trees, numeric_pipeline, numeric_pipeline, transformer_alone, columns, columns, text, text, baseline, search)


def draw(kind, seed, attempts=20):
    """A fitted case; options that scikit-learn itself refuses (too many components, say) are drawn again."""
    for attempt in range(attempts):
        d = Draw((seed + 7919 * attempt) % 2**32)
        try:
            case = kind(d)
        except ValueError:
            continue
        case.saver = d.one(SAVERS)
        return case
    raise SystemExit("no options of %s fit" % kind.__name__)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    folder = options.output / ("seed-%d" % options.seed)
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(options.cases):
        kind = KINDS[index % len(KINDS)]
        case = draw(kind, options.seed * 100003 + index)
        write_case(folder, "%03d-%s" % (index, kind.__name__.replace("_", "-")), case)
        print("%d/%d %s" % (index + 1, options.cases, type(case.model).__name__), flush=True)


if __name__ == "__main__":
    main()
