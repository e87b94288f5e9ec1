"""What a framework is to this package: how its models are told, written, read and called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

#: `{"name", "dtype", "shape"}` of an input: -1 where any size is taken, the batch first.
Tensor = Dict[str, Any]

#: Outputs of objects in the manner of scikit-learn, in the order in which they are answered.
METHODS = ("predict", "predict_proba", "decision_function", "transform")


class Framework:
    """One library. Its module is imported only where a model of it is at hand: what is not installed costs nothing.

    `formats` are the names under which a manifest says how a file is read again.
    """

    name: str = ""
    #: Module that holds the library's version.
    module: str = ""
    formats: Tuple[str, ...] = ()

    def matches(self, model: Any) -> bool:
        """Whether the model is this library's. Imports nothing: a model at hand has its library imported already."""
        raise NotImplementedError

    def version(self) -> Optional[str]:
        """Version of the library, or None where it has none."""
        found = getattr(sys.modules.get(self.module), "__version__", None)
        return None if found is None else str(found)

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        """Writes the model into the folder, in the library's safest form; answers (path below the folder, format)."""
        raise NotImplementedError

    def load(self, path: Path, format: str) -> Any:
        """Reads what `save` wrote. Pickles run code: only for files that are trusted."""
        raise NotImplementedError

    def inputs(self, model: Any) -> Optional[List[Tensor]]:
        """Tensors that a loaded model says it takes, or None where it says nothing, or takes no tensors."""
        return None

    def outputs(self, model: Any) -> List[str]:
        """Names of the outputs that the model can give, the main one first."""
        return [name for name in METHODS if callable(getattr(model, name, None))]

    def call(self, model: Any, output: str, data: Any) -> Any:
        """One output for the rows of `data`, as the library answers it."""
        return getattr(model, output)(data)

    def answers(self, model: Any, data: Any, outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
        """Several outputs (all by default) for the same rows; one call where the library gives all at once."""
        names = self.outputs(model) if outputs is None else outputs
        return {name: self.call(model, name, data) for name in names}


def is_instance(model: Any, module: str, *classes: str) -> bool:
    """Whether the model is of one of the classes of a module, where something has imported that module."""
    found = sys.modules.get(module)
    known = tuple(kind for kind in (getattr(found, name, None) for name in classes) if isinstance(kind, type))
    return isinstance(model, known)


def class_name(model: Any) -> str:
    """Dotted name of the model's class."""
    kind = type(model)
    return f"{kind.__module__}.{kind.__qualname__}"
