"""What a module of torch takes, as far as it says so: by its program, its example, or its first layer."""

from __future__ import annotations

import inspect
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from plimsoll.frameworks.base import Tensor
from plimsoll.frameworks.torch_files import arguments_of

#: Layers that are tried, in the order in which they were defined; the one that takes the input comes early.
_TRIED = 8
#: Sides of images that networks are made for, small ones first: a network that takes two of them takes any.
_SIDES = (32, 28, 64, 96, 128, 224, 299, 16, 8)
_LENGTHS = (16, 32, 64, 128, 8, 5)


class Example(NamedTuple):
    """Sizes of one row as they are tried, and which of them may be any."""

    dtype: str
    sizes: Tuple[int, ...]
    free: Tuple[int, ...] = ()


def inputs(model: Any) -> Optional[List[Tensor]]:
    """Its tensors, or None where it does not say."""
    program = getattr(model, "_plimsoll_program", None)
    if program is not None:
        return _of_program(program)
    names = parameters(model)
    example = getattr(model, "example_input_array", None)
    if example is not None:
        return _of_example(example, names)
    return _of_first_layer(model, names[0] if names else "input") if len(names) <= 1 else None


def parameters(model: Any) -> List[str]:
    """Names of the arguments of `forward` that have to be given."""
    schema = getattr(getattr(model, "forward", None), "schema", None)
    if schema is not None:
        return [each.name for each in schema.arguments[1:] if not each.has_default_value()]
    try:
        found = list(inspect.signature(model.forward).parameters.values())
    except (AttributeError, TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in found if each.kind in kinds and each.default is inspect.Parameter.empty]


def _of_program(program: Any) -> Optional[List[Tensor]]:
    names, values = arguments_of(program)
    if not names or any(value is None or not hasattr(value, "shape") or not len(value.shape) for value in values):
        return None
    # Sizes that are symbols are free.
    shapes = [[size if isinstance(size, int) else -1 for size in value.shape] for value in values]
    return [{"name": name, "dtype": _dtype(value), "shape": shape} for name, value, shape in zip(names, values, shapes)]


def _of_example(example: Any, names: List[str]) -> Optional[List[Tensor]]:
    """The example that Lightning's modules keep (`example_input_array`): a tensor, a tuple of them, or a dict."""
    if isinstance(example, dict):
        found = {str(name): value for name, value in example.items()}
    else:
        listed = list(example) if isinstance(example, (tuple, list)) else [example]
        found = dict(zip(names + [f"input_{at}" for at in range(len(names), len(listed))], listed))
    if any(not hasattr(value, "shape") or not len(value.shape) for value in found.values()):
        return None
    return [{"name": name, "dtype": _dtype(value), "shape": [-1, *value.shape[1:]]} for name, value in found.items()]


def _dtype(value: Any) -> str:
    name = str(value.dtype).replace("torch.", "")
    return "float32" if name == "bfloat16" else name


def _of_first_layer(model: Any, name: str) -> Optional[List[Tensor]]:
    """Of the layer that gets the very tensor which the module is given, as seen in a call; what is changed before says nothing."""
    modules = getattr(model, "modules", None)
    layers = [each for each in modules() if _examples(each)] if callable(modules) else []
    for layer in layers[:_TRIED]:
        taken = [each for each in _examples(layer) if _reaches(model, layer, each)]
        if taken:
            first = taken[0]
            # What takes two sizes takes any.
            free = first.free if len(taken) > 1 else ()
            sizes = [-1 if place in free else size for place, size in enumerate(first.sizes)]
            return [{"name": name, "dtype": first.dtype, "shape": [-1, *sizes]}]
    return None


def _examples(layer: Any) -> List[Example]:
    """Rows that a layer of torch.nn says it takes. A TorchScript module says so by the attributes that it keeps."""
    kind = getattr(layer, "original_name", type(layer).__name__)
    dtype = _type_of(layer)
    if kind in ("Linear", "LazyLinear"):
        return _sized(layer, "in_features", lambda width: [Example(dtype, (width,))])
    if kind == "Conv2d":
        return _sized(layer, "in_channels", lambda width: [Example(dtype, (width, side, side), (1, 2)) for side in _SIDES])
    if kind == "Conv1d":
        return _sized(layer, "in_channels", lambda width: [Example(dtype, (width, length), (1,)) for length in _LENGTHS])
    if kind in ("LSTM", "GRU", "RNN"):
        if not getattr(layer, "batch_first", False):
            return []
        return _sized(layer, "input_size", lambda width: [Example(dtype, (length, width), (0,)) for length in _LENGTHS])
    if kind == "Embedding":
        return _sized(layer, "num_embeddings", lambda _: [Example("int64", (length,), (0,)) for length in _LENGTHS])
    if kind in ("BatchNorm1d", "LayerNorm"):
        shape = getattr(layer, "normalized_shape", None) or getattr(layer, "num_features", None)
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        return [Example(dtype, sizes)] if sizes else []
    return []


def _sized(layer: Any, attribute: str, examples: Any) -> List[Example]:
    """By the attribute, or the size of its weight where a script has dropped the attribute."""
    found = getattr(layer, attribute, None)
    weight = getattr(layer, "weight", None)
    if found is None and weight is not None:
        found = int(weight.shape[0 if attribute == "num_embeddings" else 1]) * int(getattr(layer, "groups", None) or 1)
    found_examples: List[Example] = examples(found) if isinstance(found, int) and found > 0 else []
    return found_examples


def _type_of(layer: Any) -> str:
    first = next(iter(layer.parameters()), None)
    found = "float32" if first is None else str(first.dtype).replace("torch.", "")
    return found if found in ("float16", "float64") else "float32"


def _reaches(model: Any, layer: Any, example: Example) -> bool:
    """Whether the module answers two such rows, and hands them to the layer as they are."""
    import torch

    rows = torch.zeros((2, *example.sizes), dtype=getattr(torch, example.dtype))
    seen: Dict[str, bool] = {}

    def look(_: Any, given: Tuple[Any, ...]) -> None:
        seen["same"] = bool(given) and torch.is_tensor(given[0]) and given[0].data_ptr() == rows.data_ptr() and given[0].shape == rows.shape

    try:
        hook = layer.register_forward_pre_hook(look)
    except Exception:  # Layers within a script take none: that it answers has to do.
        hook = None
    try:
        with torch.inference_mode():
            model(rows)
        return seen.get("same", hook is None)
    except Exception:  # Whatever a network says of rows that are not its own.
        return False
    finally:
        if hook is not None:
            hook.remove()
