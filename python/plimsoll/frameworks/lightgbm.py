"""LightGBM: its own text files, for boosters and for its classes in the manner of scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from plimsoll.frameworks.base import Framework, is_instance
from plimsoll.frameworks.sklearn import ScikitLearn
from plimsoll.frameworks.wrapper import FOLDER, class_of, read_wrapped, write_wrapped


class LightGBM(Framework):
    name = "lightgbm"
    module = "lightgbm"
    formats = ("lightgbm",)

    def matches(self, model: Any) -> bool:
        own = type(model).__module__.split(".")[0] == "lightgbm"
        return is_instance(model, "lightgbm", "Booster") or (own and is_instance(model, "lightgbm", "LGBMModel"))

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        if is_instance(model, "lightgbm", "Booster"):
            model.save_model(str(folder / "model.txt"))
            return "model.txt", "lightgbm"
        state = _state_of(model)
        if state is None:
            # An objective of one's own is code, which text cannot hold.
            return ScikitLearn().save(model, folder)
        model.booster_.save_model(str(write_wrapped(folder, model, "model.txt", {"state": state})))
        return FOLDER, "lightgbm"

    def load(self, path: Path, format: str) -> Any:
        import lightgbm

        path, note = read_wrapped(path)
        booster = lightgbm.Booster(model_file=str(path))
        return booster if note is None else _restored(class_of(note, "lightgbm")(**note["params"]), booster, note["state"])

    def outputs(self, model: Any) -> List[str]:
        return ["predict"] if is_instance(model, "lightgbm", "Booster") else super().outputs(model)


def _state_of(model: Any) -> Optional[Dict[str, Any]]:
    """What a fitted object holds besides the booster; None where it is not plain."""
    objective = model.objective_
    if callable(objective):
        return None
    classes = getattr(model, "classes_", None) if hasattr(model, "predict_proba") else None
    if classes is not None and classes.dtype.kind not in "biufUO":
        return None
    return {
        "objective": objective,
        "features": int(model.n_features_),
        "best": int(model.best_iteration_ or 0),
        "classes": None if classes is None else classes.tolist(),
        "dtype": None if classes is None else classes.dtype.str,
    }


def _restored(model: Any, booster: Any, state: Dict[str, Any]) -> Any:
    """A fitted object around the booster. These fields are what `LGBMModel.fit` sets, and what `predict` reads."""
    import numpy

    model._Booster = booster
    model._objective = state["objective"]
    model._n_features = model._n_features_in = state["features"]
    model._best_iteration = state["best"]
    model._best_score = {}
    model._evals_result = {}
    model.fitted_ = True
    if state["classes"] is not None:
        from sklearn.preprocessing import LabelEncoder

        classes = numpy.array(state["classes"], dtype=state["dtype"])
        model._le = LabelEncoder().fit(classes)
        model._classes = classes
        model._n_classes = len(classes)
        model._class_map = {label: index for index, label in enumerate(classes)}
    return model
