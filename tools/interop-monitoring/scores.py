"""What Evidently, NannyML and scipy themselves say about two columns."""
import os

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import nannyml
import numpy as np
import pandas as pd
from evidently.core.datasets import infer_column_type
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from nannyml.chunk import DefaultChunker
from nannyml.drift.univariate.methods import FeatureType, MethodFactory
from nannyml.thresholds import StandardDeviationThreshold
from scipy import stats
from scipy.spatial.distance import jensenshannon

EVIDENTLY = {
    "numerical": {
        "psi": "psi", "js": "jensenshannon", "kl": "kl_div", "hellinger": "hellinger", "wasserstein": "wasserstein",
        "energy": "ed", "ks": "ks", "cramer_von_mises": "cramer_von_mises", "anderson": "anderson",
        "mann_whitney": "mannw", "epps_singleton": "es", "t": "t_test",
    },
    "categorical": {
        "psi": "psi", "js": "jensenshannon", "kl": "kl_div", "hellinger": "hellinger", "chi2": "chisquare", "z": "z",
        "g": "g_test", "fisher": "fisher_exact",
    },
}
DEFAULTS = {name: ours for table in EVIDENTLY.values() for ours, name in table.items()}

# What is not compared says why, instead of a score: the report of the suite counts it.
FISHER = {"excluded": "Evidently's Fisher of three categories takes two by the order of their hashes"}
SINGLETON = {"excluded": "Epps and Singleton of up to 4 different values where scipy takes rounding for rank"}
SINGLETON_RANK = 4
VON_MISES = {"excluded": "Evidently's exact p of Cramér and von Mises is no number where half precision overflows"}
VON_MISES_EXACT = 20


def rank_is_noise(x, y):
    """
    The covariance of k different values has rank k - 1, whatever rounding makes of it; and the test does not depend on where
    the values lie, unless it is made of rounding.
    """
    different = len(set(x) | set(y))
    if different > SINGLETON_RANK:
        return False
    statistic, p = stats.epps_singleton_2samp(x, y)
    moved = [stats.epps_singleton_2samp(x * scale + by, y * scale + by)[0] for scale, by in ((1, 0.37), (3, -1.7))]
    return not (np.isclose(p, stats.chi2.sf(statistic, different - 1), rtol=1e-6, atol=0)
                and np.allclose(moved, statistic, rtol=1e-7, atol=0))


def finite(value):
    value = float(value)
    return value if np.isfinite(value) else None


def attempt(work):
    """None where the library raises or answers what is no number."""
    try:
        with np.errstate(all="ignore"):
            return work()
    except Exception:
        return None


def evidently_scores(reference, current):
    kind = infer_column_type(reference)
    answer = {"type": {ColumnType.Numerical: "numerical", ColumnType.Categorical: "categorical"}.get(kind, "text")}
    if answer["type"] == "text":
        return answer
    x, y = (column.replace([-np.inf, np.inf], np.nan).dropna() for column in (reference, current))
    if x.empty or y.empty:
        return answer | {"scores": {name: None for name in EVIDENTLY[answer["type"]]}, "default": None}

    def run(name):
        test = get_stattest(x, y, kind, name)
        return test, test(x.copy(), y.copy(), kind, None)

    def score(name):
        if name == "fisher_exact" and len(set(x) | set(y)) > 2 and max(x.nunique(), y.nunique()) <= 2:
            return FISHER
        if name == "cramer_von_mises" and max(len(x), len(y)) <= VON_MISES_EXACT:
            exact = attempt(lambda: finite(run(name)[1].drift_score))
            return VON_MISES if exact is None else exact
        value = finite(run(name)[1].drift_score)
        return SINGLETON if name == "es" and value is not None and rank_is_noise(x, y) else value

    scores = {ours: attempt(lambda: score(name)) for ours, name in EVIDENTLY[answer["type"]].items()}
    return answer | {"scores": scores, "default": attempt(lambda: evidently_default(*run(None)))}


def evidently_default(test, result):
    if finite(result.drift_score) is None:
        return None
    return {"method": DEFAULTS[test.name], "score": float(result.drift_score),
            "threshold": float(result.actual_threshold), "drift": bool(result.drifted)}


NANNYML = {
    "number": {"js": "jensen_shannon", "ks": "kolmogorov_smirnov", "wasserstein": "wasserstein", "hellinger": "hellinger"},
    "category": {"js": "jensen_shannon", "chi2": "chi2", "hellinger": "hellinger", "l_infinity": "l_infinity"},
}


def nannyml_scores(reference, current, kind):
    feature = FeatureType.CONTINUOUS if kind == "number" else FeatureType.CATEGORICAL

    def fitted(name):
        method = MethodFactory.create(key=name, feature_type=feature, chunker=DefaultChunker(), computation_params={},
                                      threshold=StandardDeviationThreshold(std_lower_multiplier=None)) \
            if kind == "number" else \
            MethodFactory.create(key=name, feature_type=feature, chunker=DefaultChunker(),
                                 threshold=StandardDeviationThreshold(std_lower_multiplier=None))
        method._fit(reference)
        return method

    def value(name):
        method = fitted(name)
        score = finite(method.calculate(current))
        return {"statistic": score, "p": float(method._p_value)} if name == "chi2" and score is not None else score

    scores = {ours: attempt(lambda: value(name)) for ours, name in NANNYML[kind].items()}
    return {"scores": scores, "default": attempt(lambda: nannyml_default(reference, current, scores["js"]))}


def nannyml_default(reference, current, score):
    """By the calculator that users call, with its own chunks of both frames."""
    calculator = nannyml.UnivariateDriftCalculator(column_names=["x"])
    calculator.fit(reference.to_frame("x"))
    result = calculator.calculate(current.to_frame("x")).filter(period="analysis").to_df()
    threshold = float(result["x", "jensen_shannon", "upper_threshold"].iloc[0])
    if score is None or not np.isfinite(threshold):
        return None
    return {"method": "js", "score": score, "threshold": threshold, "drift": score > threshold,
            "chunks": len(result), "alarms": int(result["x", "jensen_shannon", "alert"].fillna(False).sum())}


def test(result):
    statistic, p = float(result[0]), float(result[1])
    return {"statistic": statistic, "p": p} if np.isfinite(statistic) and np.isfinite(p) else None


def scipy_numbers(x, y):
    if np.isfinite(x).all() and np.isfinite(y).all():
        finite_only = {
            "epps_singleton": lambda: epps_singleton(x, y),
            "t": lambda: test(stats.ttest_ind(x, y)),
            "welch": lambda: test(stats.ttest_ind(x, y, equal_var=False)),
            "wasserstein": lambda: finite(stats.wasserstein_distance(x, y)),
            "energy": lambda: finite(stats.energy_distance(x, y)),
        }
    else:
        finite_only = {name: lambda: None for name in ("epps_singleton", "t", "welch", "wasserstein", "energy")}
    tests = {
        "ks": lambda: test(stats.ks_2samp(x, y)),
        "cramer_von_mises": lambda: cramer_von_mises(x, y),
        "anderson": lambda: test((lambda r: (r.statistic, r.pvalue))(stats.anderson_ksamp([x, y]))),
        "mann_whitney": lambda: test(stats.mannwhitneyu(x, y)),
    }
    return {name: attempt(work) for name, work in (tests | finite_only).items()}


def epps_singleton(x, y):
    if stats.iqr(np.r_[x, y]) == 0:
        return None
    result = test(stats.epps_singleton_2samp(x, y))
    return SINGLETON if result is not None and rank_is_noise(x, y) else result


def cramer_von_mises(x, y):
    result = stats.cramervonmises_2samp(x, y)
    return test((result.statistic, result.pvalue))


def scipy_categories(x, y):
    keys = sorted(set(x) | set(y))
    p, q = ([int((column == key).sum()) for key in keys] for column in (x, y))
    scores = {
        "chi2": lambda: test(stats.chi2_contingency([p, q])[:2]),
        "fisher": lambda: finite(stats.fisher_exact([p, q])[1]) if len(keys) == 2 else None,
        "js": lambda: finite(jensenshannon(p, q)),
        "kl": lambda: finite(stats.entropy(p, q)),
    }
    return {name: attempt(work) for name, work in scores.items()}


def scipy_scores(reference, current, kind):
    x, y = reference.dropna(), current.dropna()
    if x.empty or y.empty:
        return {"scores": None}
    if kind == "number":
        return {"scores": scipy_numbers(x.to_numpy(dtype=float), y.to_numpy(dtype=float))}
    return {"scores": scipy_categories(x, y)}


def scored(reference, current, kind):
    return {"evidently": evidently_scores(reference, current), "nannyml": nannyml_scores(reference, current, kind),
            "scipy": scipy_scores(reference, current, kind)}
