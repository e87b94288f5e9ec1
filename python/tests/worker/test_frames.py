"""Rows in the containers and types that models were fitted with."""

from __future__ import annotations

import math
from typing import Any, List, Optional

import pytest

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from plimsoll.worker import described, frames  # noqa: E402
from plimsoll.worker.values import Column, Matrix, Table  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

TOWNS: List[Optional[str]] = ["Ulm", None, "Köln", None, "Ulm", "Köln"]
AGES = numpy.array([1.0, 2, 3, 4, 5, 6])
TABLE = Table(6, [Column("age", "number", AGES), Column("town", "string", TOWNS)])


def fitted(missing: Any, container: str) -> Any:
    """A pipeline whose encoder has seen text that was missing in this form, and the rows that it was fitted with."""
    towns = numpy.array([missing if town is None else town for town in TOWNS], dtype=object)
    if container == "frame":
        rows: Any = pandas.DataFrame({"age": AGES, "town": pandas.Series(towns, dtype=object)})
        columns = make_column_transformer((OneHotEncoder(), ["town"]), (StandardScaler(), ["age"]))
    else:
        rows = numpy.array(list(zip(AGES, towns)), dtype=object)
        columns = make_column_transformer((OneHotEncoder(), [1]), (StandardScaler(), [0]))
    return make_pipeline(columns, LogisticRegression()).fit(rows, [0, 1, 0, 1, 0, 0]), rows


@pytest.mark.parametrize("container", ["frame", "array"])
@pytest.mark.parametrize("missing", [None, math.nan])
def test_missing_text_is_what_the_encoder_was_fitted_with(missing: Any, container: str) -> None:
    model, rows = fitted(missing, container)
    names = described.feature_names(model)
    taken = frames.as_taken(TABLE, {"container": container}, names, described.missing_text(model))
    assert numpy.array_equal(model.predict_proba(taken), model.predict_proba(rows))
    if container == "frame":
        turned = Table(6, list(reversed(TABLE.columns)))
        assert frames.as_taken(turned, {"container": "frame"}, names, described.missing_text(model)).equals(taken)


def test_an_imputer_that_looks_for_none_gets_it() -> None:
    rows = pandas.DataFrame({"town": pandas.Series(TOWNS, dtype=object)})
    model = SimpleImputer(missing_values=None, strategy="most_frequent").fit(rows)
    taken = frames.as_taken(Table(6, [TABLE.columns[1]]), {"container": "frame"}, ["town"], described.missing_text(model))
    assert model.transform(taken)[:, 0].tolist() == model.transform(rows)[:, 0].tolist()
    assert None not in model.transform(taken)[:, 0].tolist()


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        ("int64", [1.0, 2.0], "int64"),
        ("int64", [1.0, math.nan], "float64"),
        ("int8", [1.0, 300.0], "float64"),
        ("Int64", [1.0, math.nan], "Int64"),
        ("float32", [0.1, math.nan], "float32"),
        ("bool", [1.0, 0.0], "bool"),
        ("boolean", [1.0, math.nan], "boolean"),
        ("category[3,1]", [1.0, 3.0], "category"),
        ("category[true,false]", [1.0, 0.0], "category"),
    ],
)
def test_numbers_have_the_types_of_training_where_no_value_changes(dtype: str, values: List[float], expected: str) -> None:
    matrix = Matrix(2, 1, ["a"], numpy.array([values]).T)
    for batch in (matrix, Table(2, [Column("a", "number", numpy.array(values))])):
        frame = frames.as_taken(batch, {"container": "frame", "dtypes": {"a": dtype}}, None)
        assert frame["a"].dtype.name == expected
        own = [math.nan if pandas.isna(each) else float(each) for each in frame["a"]]
        assert numpy.allclose(own, values, equal_nan=True, atol=1e-7)


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        ('category["b","a"]', ["a", None], "category"),
        ("bool", ["true", "False"], "bool"),
        ("string", ["a", None], "string"),
        ("datetime64[ns]", ["2024-01-02", None], "datetime64[ns]"),
    ],
)
def test_text_has_the_types_of_training(dtype: str, values: List[Optional[str]], expected: str) -> None:
    frame = frames.as_taken(Table(2, [Column("a", "string", values)]), {"container": "frame", "dtypes": {"a": dtype}}, None)
    assert frame["a"].dtype.name == expected
    assert [pandas.isna(each) for each in frame["a"]] == [each is None for each in values]
    if expected == "category":
        assert list(frame["a"].cat.categories) == ["b", "a"] and frame["a"].cat.codes.tolist() == [1, -1]
