"""Keras (`.keras`) and TensorFlow (SavedModel)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from plimsoll.frameworks.base import Framework, is_instance
from plimsoll.frameworks.torch import named


class Keras(Framework):
    """Models of Keras and modules of TensorFlow; outputs have the names of a dict, or those of several layers."""

    name = "keras"
    module = "keras"
    formats = ("keras", "savedmodel")

    def matches(self, model: Any) -> bool:
        return _is_keras(model) or is_instance(model, "tensorflow", "Module")

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        if _is_keras(model):
            model.save(folder / "model.keras")
            return "model.keras", "keras"
        import tensorflow

        tensorflow.saved_model.save(model, str(folder / "model"))
        return "model", "savedmodel"

    def load(self, path: Path, format: str) -> Any:
        if format == "savedmodel":
            import tensorflow

            return tensorflow.saved_model.load(str(path))
        import keras

        return keras.models.load_model(path)

    def outputs(self, model: Any) -> List[str]:
        names = getattr(model, "output_names", None) or []
        return [str(name) for name in names] if len(names) > 1 else ["output"]

    def call(self, model: Any, output: str, data: Any) -> Any:
        return self.answers(model, data)[output]

    def answers(self, model: Any, data: Any, outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
        found = _answer(model, data)
        values = {name: value.numpy() if hasattr(value, "numpy") else value for name, value in found.items()}
        return values if outputs is None else {name: values[name] for name in outputs}


def _is_keras(model: Any) -> bool:
    return is_instance(model, "keras", "Model")


def _answer(model: Any, data: Any) -> Dict[str, Any]:
    single = next(iter(data.values())) if isinstance(data, dict) and len(data) == 1 else data
    if _is_keras(model):
        answer = model(single, training=False)
        names = getattr(model, "output_names", None) or []
        if isinstance(answer, (tuple, list)) and len(answer) == len(names) > 1:
            return dict(zip((str(name) for name in names), answer))
        return named(answer)
    import tensorflow

    signatures = getattr(model, "signatures", None)
    if signatures and "serving_default" in signatures:
        serve = signatures["serving_default"]
        wanted = list(serve.structured_input_signature[1])
        inputs = data if isinstance(data, dict) else {wanted[0]: data}
        return named(serve(**{name: tensorflow.constant(value) for name, value in inputs.items()}))
    tensors = tensorflow.nest.map_structure(tensorflow.constant, single)
    return named(model(tensors) if not isinstance(tensors, dict) else model(**tensors))
