"""Keras: archives (`.keras`) and HDF5, on whichever backend is there."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from plimsoll.frameworks.base import Framework, Tensor, is_instance
from plimsoll.frameworks.named import named

#: Holds a function that makes a model's outputs, once it was compiled: `plimsoll_call`.
_CALL = "_plimsoll_call"


class LambdaRefused(ValueError):
    """A function of a Lambda layer that nobody allows."""


class Keras(Framework):
    """Outputs have the names of the output layers, as Keras has them; of a model that knows none, those of its answer."""

    name = "keras"
    module = "keras"
    formats = ("keras",)

    def matches(self, model: Any) -> bool:
        return is_instance(model, "keras", "Model")

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        model.save(folder / "model.keras")
        return "model.keras", "keras"

    def load(self, path: Path, format: str) -> Any:
        return load(path)

    def inputs(self, model: Any) -> Optional[List[Tensor]]:
        tensors = getattr(model, "inputs", None)
        if not isinstance(tensors, list) or not tensors:
            return None
        return [
            {
                "name": _name_of(each, at),
                "dtype": str(getattr(each.dtype, "name", each.dtype)),
                "shape": [-1 if size is None else int(size) for size in each.shape],
            }
            for at, each in enumerate(tensors)
        ]

    def outputs(self, model: Any) -> List[str]:
        return _output_names(model) or ["output"]

    def call(self, model: Any, output: str, data: Any) -> Any:
        return self.answers(model, data)[output]

    def answers(self, model: Any, data: Any, outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
        import keras

        answer = _call_of(model)(_given(model, data))
        names = _output_names(model)
        if isinstance(answer, (tuple, list)) and len(answer) == len(names):
            answer = dict(zip(names, answer))
        elif len(names) == 1 and not isinstance(answer, dict):
            answer = {names[0]: answer}
        values = {name: _array(keras, value) for name, value in named(answer).items()}
        return values if outputs is None else {name: values[name] for name in outputs}


def load(path: Path, is_safe: bool = True) -> Any:
    """`is_safe`: functions of Lambda layers, which are code in the file, are not made; Keras then refuses the file."""
    import keras

    reader = keras.models.load_model
    safe = {"safe_mode": is_safe} if "safe_mode" in inspect.signature(reader).parameters else {}
    try:
        # Optimizer and losses are for training.
        return reader(str(path), compile=False, **safe)
    except ValueError as error:
        if is_safe and "safe_mode" in str(error):
            raise LambdaRefused(f"{path.name} holds code of Python in a Lambda layer, which --allow lambda lets Keras run") from error
        raise


def _output_names(model: Any) -> List[str]:
    """Those of a Sequential are kept by the graph that it builds."""
    graph = getattr(model, "_functional", None) or model
    struct = getattr(graph, "_outputs_struct", None)
    if isinstance(struct, dict):
        return [str(name) for name in struct]
    return [str(name) for name in getattr(graph, "output_names", None) or []]


def _name_of(tensor: Any, place: int) -> str:
    return str(getattr(tensor, "name", f"input_{place}")).split(":")[0]


def _given(model: Any, data: Any) -> Any:
    """Tensors as the model takes them: the only one alone, several in its own structure, or by name where it tells none."""
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        return next(iter(data.values()))
    struct = getattr(model, "_inputs_struct", None)
    if isinstance(struct, dict):
        return {key: data[_name_of(tensor, at)] for at, (key, tensor) in enumerate(struct.items())}
    tensors = getattr(model, "inputs", None)
    return [data[_name_of(tensor, at)] for at, tensor in enumerate(tensors)] if isinstance(tensors, list) else data


def _call_of(model: Any) -> Any:
    """What is called with rows. TensorFlow compiles it once for any number of rows, torch keeps no graph of gradients."""
    found = getattr(model, _CALL, None)
    if found is None:
        found = _compiled(model)
        object.__setattr__(model, _CALL, found)
    return found


def _compiled(model: Any) -> Any:
    import keras

    backend = keras.backend.backend() if hasattr(keras, "backend") else "tensorflow"

    def call(rows: Any) -> Any:
        return model(rows, training=False)

    if backend == "tensorflow":
        import tensorflow

        return tensorflow.function(call, reduce_retracing=True)
    if backend == "torch":
        import torch

        return torch.inference_mode()(call)
    return call


def _array(keras: Any, value: Any) -> Any:
    if hasattr(value, "numpy"):
        # Tensors of torch know nothing of bfloat16 in numpy.
        value = value.detach().cpu() if hasattr(value, "detach") else value
        return value.float().numpy() if str(value.dtype) == "torch.bfloat16" else value.numpy()
    ops = getattr(keras, "ops", None)
    return value if ops is None else ops.convert_to_numpy(value)
