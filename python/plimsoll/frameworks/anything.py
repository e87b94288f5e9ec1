"""Any object that has `predict`: written as a pickle."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, Tuple

from plimsoll.frameworks.base import Framework


class Anything(Framework):
    """The last resort: what no other framework knows."""

    name = "python"
    formats = ("pickle",)

    def matches(self, model: Any) -> bool:
        return callable(getattr(model, "predict", None))

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        # Protocol 4 is read by every Python from 3.4 on.
        (folder / "model.pkl").write_bytes(pickle.dumps(model, protocol=4))
        return "model.pkl", "pickle"

    def load(self, path: Path, format: str) -> Any:
        with open(path, "rb") as file:
            return pickle.load(file)
