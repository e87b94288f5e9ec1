"""TensorFlow: SavedModels, called by their signature, and modules with functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from plimsoll.frameworks.base import Framework, Tensor, is_instance
from plimsoll.frameworks.named import named

_DEFAULT = "serving_default"
#: What every saved model of TensorFlow 2 has beside its own signatures.
_INTERNAL = "__saved_model_init_op"


class TensorFlow(Framework):
    """Inputs and outputs have the names of the signature `serving_default`, or of the only one."""

    name = "tensorflow"
    module = "tensorflow"
    formats = ("savedmodel",)

    def matches(self, model: Any) -> bool:
        return is_instance(model, "tensorflow", "Module") or (
            callable(getattr(getattr(model, "signatures", None), "items", None)) and "tensorflow" in type(model).__module__
        )

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        import tensorflow

        tensorflow.saved_model.save(model, str(folder / "model"))
        return "model", "savedmodel"

    def load(self, path: Path, format: str) -> Any:
        import tensorflow

        return tensorflow.saved_model.load(str(path))

    def inputs(self, model: Any) -> Optional[List[Tensor]]:
        serve = signature(model)
        return None if serve is None else [_input(name, spec) for name, spec in serve.structured_input_signature[1].items()]

    def outputs(self, model: Any) -> List[str]:
        serve = signature(model)
        found = [] if serve is None else list(named(serve.structured_outputs))
        return found or ["output"]

    def call(self, model: Any, output: str, data: Any) -> Any:
        return self.answers(model, data)[output]

    def answers(self, model: Any, data: Any, outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
        found = named(_answer(model, data))
        values = {name: value.numpy() if hasattr(value, "numpy") else value for name, value in found.items()}
        return values if outputs is None else {name: values[name] for name in outputs}


def signature(model: Any) -> Any:
    """The function that is called; None where the model has no signature, or several of which none is the usual one."""
    found = {name: each for name, each in (getattr(model, "signatures", None) or {}).items() if name != _INTERNAL}
    return found.get(_DEFAULT) or (next(iter(found.values())) if len(found) == 1 else None)


def _input(name: str, spec: Any) -> Tensor:
    shape = [-1] if spec.shape.rank is None else [-1 if size is None else int(size) for size in spec.shape.as_list()]
    return {"name": name, "dtype": str(spec.dtype.name), "shape": shape}


def _answer(model: Any, data: Any) -> Any:
    import tensorflow

    serve = signature(model)
    single = next(iter(data.values())) if isinstance(data, dict) and len(data) == 1 else data
    if serve is not None:
        wanted = serve.structured_input_signature[1]
        given = data if isinstance(data, dict) and set(data) == set(wanted) else {next(iter(wanted)): single}
        return serve(**{name: tensorflow.constant(value, dtype=wanted[name].dtype) for name, value in given.items()})
    tensors = tensorflow.nest.map_structure(tensorflow.constant, single)
    return model(tensors) if not isinstance(tensors, dict) else model(**tensors)
