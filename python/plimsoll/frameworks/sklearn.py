"""scikit-learn, and everything that is an estimator in its manner: written by joblib."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Tuple

from plimsoll.frameworks.base import Framework, is_instance


class ScikitLearn(Framework):
    """Estimators and pipelines, also those that hold boosters of other libraries."""

    name = "scikit-learn"
    module = "sklearn"
    formats = ("joblib",)

    def matches(self, model: Any) -> bool:
        return is_instance(model, "sklearn.base", "BaseEstimator")

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        import joblib

        joblib.dump(model, folder / "model.joblib")
        return "model.joblib", "joblib"

    def load(self, path: Path, format: str) -> Any:
        import joblib

        return joblib.load(path)
