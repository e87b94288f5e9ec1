"""Data and models that several tests need, made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# As a notebook has it: modules of one's own are beside it.
sys.path.insert(0, str(TESTS))


@pytest.fixture(scope="session")
def churn():
    """A frame of every type of column, and labels."""
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    random, rows = numpy.random.default_rng(7), 240
    frame = pandas.DataFrame(
        {
            "income": random.normal(3, 1, rows),
            "age": random.integers(18, 80, rows),
            "score": random.normal(size=rows).astype("float32"),
            "member": random.random(rows) < 0.5,
            "plan": pandas.Categorical(random.choice(["a", "b", "c"], rows), categories=["c", "b", "a"]),
            "town": random.choice(["Ulm", "Köln"], rows).astype(object),
            "visits": pandas.array(random.integers(0, 5, rows), dtype="Int64"),
            "since": pandas.date_range("2024-01-01", periods=rows, freq="7h"),
        }
    )
    frame.loc[3, "income"] = numpy.nan
    frame.loc[0, "town"] = None
    labels = numpy.where(frame["age"] > 40, "stays", "goes")
    return frame, labels


@pytest.fixture(scope="session")
def pipeline(churn):
    """A pipeline with a transformer of a user's own."""
    from features_of_tests import Ratio
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["plan", "town"]),
        (SimpleImputer(), ["income", "age", "score", "member", "ratio", "weekday"]),
    )
    return make_pipeline(Ratio(), columns, LogisticRegression(max_iter=2000)).fit(*churn)


@pytest.fixture(scope="session")
def saved(pipeline, churn, tmp_path_factory):
    """That pipeline, saved. Tests that change it copy it first."""
    import plimsoll

    return plimsoll.save(pipeline, tmp_path_factory.mktemp("saved") / "churn", sample=churn[0], name="churn")


@pytest.fixture
def elsewhere(tmp_path):
    """Runs Python in a fresh process that has this package, the installed ones, and nothing beside the tests."""

    def run(text, *args):
        start = f"import sys; sys.path.insert(0, {str(TESTS.parent)!r})\n{text}"
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", start, *map(str, args)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
