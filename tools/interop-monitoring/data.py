"""Pairs of data frames: public data sets that ship inside packages, cut in two, and columns drawn at random."""
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

VEGA = Path(__file__).resolve().parents[2] / ".cache/vega-datasets/data"


def halves(frame):
    middle = (len(frame) + 1) // 2
    return frame.iloc[:middle].reset_index(drop=True), frame.iloc[middle:].reset_index(drop=True)


def nannyml_csv(name):
    return pd.read_csv(files("nannyml").joinpath(f"datasets/data/{name}.csv"))


def without_keys(frame):
    """No names of rows, which are as many categories: the libraries take minutes over them."""
    return frame.drop(columns=["id", "identifier", "timestamp", "period"], errors="ignore")


def public():
    """Name, reference, current."""
    for name in ("iris", "wine", "breast_cancer", "diabetes"):
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        yield (f"sklearn {name}", *halves(frame))
    yield ("nannyml titanic", nannyml_csv("titanic_reference"), nannyml_csv("titanic_analysis"))
    # Every fourth hour: scipy counts paths of unequal samples one by one.
    yield ("nannyml california", *(without_keys(nannyml_csv(f"california_housing_{part}")).iloc[::4].reset_index(drop=True)
                                   for part in ("reference", "analysis")))
    yield ("nannyml synthetic", without_keys(nannyml_csv("synthetic_sample_reference")).head(12_000),
           without_keys(nannyml_csv("synthetic_sample_analysis")).head(8_000))
    weather = pd.read_csv(VEGA / "seattle-weather.csv")
    yield ("vega seattle-weather", weather.iloc[:731].reset_index(drop=True), weather.iloc[731:].reset_index(drop=True))
    flights = pd.read_json(VEGA / "flights-20k.json", convert_dates=False)
    early = pd.to_datetime(flights["date"]) < "2001-02-15"
    flights["date"] = flights["date"].str[:10]  # a category a day, all of them unseen after the cut
    yield ("vega flights", flights[early].reset_index(drop=True), flights[~early].reset_index(drop=True))
    yield ("vega birdstrikes", *halves(pd.read_csv(VEGA / "birdstrikes.csv")))
    yield ("vega movies", *halves(pd.read_json(VEGA / "movies.json", convert_dates=False)))


SIZES = (6, 12, 40, 180, 400, 999, 1001, 1500, 3000, 10_500)


def drawn(seed, cases):
    """One column each, as hostile as they come."""
    random = np.random.default_rng(seed)
    for number in range(cases):
        kind = KINDS[number % len(KINDS)]
        sizes = [int(random.choice(SIZES)) for _ in range(2)]
        reference, current = (kind(random, size, shifted) for size, shifted in zip(sizes, (False, True)))
        name = f"drawn {number} {kind.__name__}"
        yield name, pd.DataFrame({"x": reference}), pd.DataFrame({"x": current})


def normal(random, size, shifted):
    return random.normal(0.3 * shifted, 1 + 0.2 * shifted, size)


def ties(random, size, shifted):
    return np.round(random.normal(0.2 * shifted, 2, size), 1)


def few_integers(random, size, shifted):
    return random.integers(0, 4 + shifted, size)


def binary(random, size, shifted):
    return (random.random(size) < 0.3 + 0.1 * shifted).astype(int)


def integers(random, size, shifted):
    return random.integers(0, 60, size) + 3 * shifted


def some_integers(random, size, shifted):
    return random.poisson(4 + shifted, size)


def heavy_tails(random, size, shifted):
    return random.pareto(1.5, size) * (1 + 0.5 * shifted)


def lognormal(random, size, shifted):
    return random.lognormal(0.1 * shifted, 2, size)


def with_nulls(random, size, shifted):
    values = random.normal(size=size)
    values[random.random(size) < 0.1 + 0.1 * shifted] = np.nan
    return values


def with_infinities(random, size, shifted):
    values = random.normal(size=size)
    if shifted:
        values[random.random(size) < 0.05] = np.inf
        values[random.random(size) < 0.05] = -np.inf
    return values


def sentinel(random, size, shifted):
    values = random.normal(50, 9, size)
    if shifted:
        values[0] = 1e6
    return values


def constant(random, size, shifted):
    return np.full(size, 7.5) if not shifted or random.random() < 0.5 else random.normal(7.5, 1, size)


def few_floats(random, size, shifted):
    return random.choice([0.0, 0.5, 1.0, 2.5], size, p=[0.4, 0.3, 0.2, 0.1] if shifted else [0.3, 0.3, 0.3, 0.1])


def large_offset(random, size, shifted):
    return 1e3 + random.normal(0.1 * shifted, 1, size)


def far_offset(random, size, shifted):
    """A value has seven digits of its distance from the mean: what is made of moments is compared less exactly."""
    return 1e9 + random.normal(0.1 * shifted, 1, size)


def zipf(random, size, shifted):
    values = np.minimum(random.zipf(1.6, size), 40)
    return np.array([f"c{value}" for value in values], dtype=object)


def unseen(random, size, shifted):
    names = ["a", "b", "ä", "Z", "😀"] + (["never seen", ""] if shifted else [])
    return random.choice(np.array(names, dtype=object), size)


def two_categories(random, size, shifted):
    return np.where(random.random(size) < 0.5 + 0.1 * shifted, "yes", "no").astype(object)


def missing_categories(random, size, shifted):
    values = random.choice(np.array(["x", "y", "z"], dtype=object), size)
    values[random.random(size) < 0.2] = None
    return values


def one_category(random, size, shifted):
    return np.full(size, "same", dtype=object)


KINDS = (normal, ties, few_integers, binary, integers, some_integers, heavy_tails, lognormal, with_nulls,
         with_infinities, sentinel, constant, few_floats, large_offset, far_offset, zipf, unseen, two_categories,
         missing_categories, one_category)
