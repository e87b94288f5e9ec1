"""Wrote `fixtures/schema-0`, a folder in the form before the first release; kept to say what it holds.

    python make_schema_0.py
"""

import hashlib
import json
from pathlib import Path

import joblib
import numpy
from sklearn.linear_model import LinearRegression

FOLDER = Path(__file__).parent / "fixtures/schema-0"


def main():
    model = LinearRegression()
    model.coef_, model.intercept_, model.n_features_in_ = numpy.array([2.0, -1.0]), 0.5, 2
    model.feature_names_in_ = numpy.array(["a", "b"], dtype=object)
    joblib.dump(model, FOLDER / "model.joblib")
    golden = {
        "input": {"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, 2.0], [0.0, 0.5]]}},
        "expected": {"predict": [0.5, 0.0]},
    }
    (FOLDER / "golden.json").write_text(json.dumps(golden) + "\n")
    files = ["model.joblib", "golden.json"]
    document = {
        "kind": "plimsoll-model",
        "schema": 0,
        "created": "2025-11-03T08:15:00Z",
        "python_version": "3.9.18",
        "framework": "scikit-learn",
        "framework_version": "1.2.2",
        "model": "model.joblib",
        "class": "sklearn.linear_model._base.LinearRegression",
        "columns": [{"name": "a", "type": "number"}, {"name": "b", "type": "number", "nullable": False}],
        "golden": "golden.json",
        "requirements": ["joblib==1.3.2", "numpy==1.26.4", "scikit-learn==1.2.2"],
        "sha256": {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in files},
    }
    (FOLDER / "plimsoll.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
