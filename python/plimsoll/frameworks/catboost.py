"""CatBoost: its own binary files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Tuple

from plimsoll.frameworks.base import Framework, is_instance
from plimsoll.frameworks.wrapper import FOLDER, class_of, read_wrapped, write_wrapped


class CatBoost(Framework):
    name = "catboost"
    module = "catboost"
    formats = ("catboost",)

    def matches(self, model: Any) -> bool:
        return is_instance(model, "catboost", "CatBoost") and type(model).__module__.split(".")[0] == "catboost"

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        model.save_model(str(write_wrapped(folder, model, "model.cbm")))
        return FOLDER, "catboost"

    def load(self, path: Path, format: str) -> Any:
        import catboost

        path, note = read_wrapped(path)
        # The file holds every setting; the note only says which class had it.
        model = catboost.CatBoost() if note is None else class_of(note, "catboost")()
        model.load_model(str(path))
        return model

    def outputs(self, model: Any) -> List[str]:
        return [name for name in ("predict", "predict_proba") if callable(getattr(model, name, None))]
