"""XGBoost: its own UBJSON files, for boosters and for its classes in the manner of scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Tuple

from plimsoll.frameworks.base import Framework, is_instance
from plimsoll.frameworks.wrapper import FOLDER, class_of, read_wrapped, write_wrapped


class XGBoost(Framework):
    name = "xgboost"
    module = "xgboost"
    formats = ("xgboost",)

    def matches(self, model: Any) -> bool:
        own = type(model).__module__.split(".")[0] == "xgboost"
        return is_instance(model, "xgboost", "Booster") or (own and is_instance(model, "xgboost", "XGBModel"))

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        if is_instance(model, "xgboost", "Booster"):
            model.save_model(str(folder / "model.ubj"))
            return "model.ubj", "xgboost"
        model.save_model(str(write_wrapped(folder, model, "model.ubj")))
        return FOLDER, "xgboost"

    def load(self, path: Path, format: str) -> Any:
        import xgboost

        path, note = read_wrapped(path)
        model = xgboost.Booster() if note is None else class_of(note, "xgboost")(**note["params"])
        model.load_model(str(path))
        return model

    def outputs(self, model: Any) -> List[str]:
        return ["predict"] if is_instance(model, "xgboost", "Booster") else super().outputs(model)

    def call(self, model: Any, output: str, data: Any) -> Any:
        if not is_instance(model, "xgboost", "Booster"):
            return super().call(model, output, data)
        import xgboost

        # A frame has names of its own; what has none is taken in the order of training.
        names = None if hasattr(data, "columns") else model.feature_names
        return model.predict(xgboost.DMatrix(data, feature_names=names, enable_categorical=hasattr(data, "columns")))
