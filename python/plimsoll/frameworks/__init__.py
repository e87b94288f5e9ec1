"""The libraries whose models can be saved, loaded and called. Works on Python 3.8, and imports none of them by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional, Sequence

from plimsoll.frameworks.anything import Anything
from plimsoll.frameworks.base import METHODS, Framework, class_name
from plimsoll.frameworks.catboost import CatBoost
from plimsoll.frameworks.keras import Keras
from plimsoll.frameworks.lightgbm import LightGBM
from plimsoll.frameworks.sklearn import ScikitLearn
from plimsoll.frameworks.tensorflow import TensorFlow
from plimsoll.frameworks.torch import Torch
from plimsoll.frameworks.xgboost import XGBoost

__all__ = ["FRAMEWORKS", "METHODS", "Framework", "class_name", "framework_of", "framework_of_format", "load_model"]

#: The more special ones first: a booster's wrapper is an estimator of scikit-learn, too, and Keras on torch makes modules of torch.
FRAMEWORKS: Sequence[Framework] = (
    XGBoost(),
    LightGBM(),
    CatBoost(),
    Keras(),
    Torch(),
    TensorFlow(),
    ScikitLearn(),
    Anything(),
)


def framework_of(model: Any) -> Optional[Framework]:
    """The framework that a model belongs to, or None where nothing here can call it."""
    return next((framework for framework in FRAMEWORKS if framework.matches(model)), None)


def framework_of_format(format: str) -> Optional[Framework]:
    """The framework that reads a format, or None for one that is not known."""
    return next((framework for framework in FRAMEWORKS if format in framework.formats), None)


def load_model(path: Path, format: str) -> Any:
    """Reads a model as its format says. Pickles run code: only for files that are trusted."""
    framework = framework_of_format(format)
    if framework is None:
        raise ValueError(f'the format "{format}" is not known here')
    return framework.load(path, format)
