"""Files of torch: exported programs, TorchScript, pickled modules, and weights alone beside the class that they are of."""

from __future__ import annotations

import importlib
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Tuple

#: Where checkpoints keep their weights, and Lightning the arguments of its class.
_WEIGHTS = ("state_dict", "model_state_dict", "model", "model_state", "weights", "net")
_ARGUMENTS = ("hyper_parameters", "hparams", "config", "kwargs")


class WeightsAlone(Exception):
    """A file of weights, and no class at hand that they are those of."""


def load(path: Path) -> Any:
    """A module that answers as after `eval()`. Raises `WeightsAlone`, and whatever a pickle raises."""
    import torch

    if path.suffix == ".safetensors":
        safetensors = importlib.import_module("safetensors.torch")
        return _module_of(safetensors.load_file(str(path)), {}, path)
    if is_program(path):
        return _program(path)
    if is_script(path):
        return torch.jit.load(str(path), map_location="cpu").eval()
    # A whole module is a pickle, which torch refuses unless told that the file is trusted.
    found = torch.load(path, map_location="cpu", weights_only=False)
    if isinstance(found, torch.nn.Module):
        return found.eval()
    return _of_checkpoint(found, path)


def is_script(path: Path) -> bool:
    """Whether the archive holds TorchScript: a pickled module has no code of its own."""
    names = _names_in(path)
    return any("/code/" in name for name in names) and not _tells_program(names)


def is_program(path: Path) -> bool:
    """Whether the archive is an exported program, whatever it is called."""
    return path.suffix == ".pt2" or _tells_program(_names_in(path))


def _names_in(path: Path) -> List[str]:
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def _tells_program(names: List[str]) -> bool:
    return any(name.split("/")[-1] in ("serialized_exported_program.json", "archive_format") for name in names)


def _program(path: Path) -> Any:
    """The module of an exported program, which remembers the program: it tells what is taken."""
    import torch

    program = torch.export.load(path)
    module = program.module()
    object.__setattr__(module, "_plimsoll_program", program)
    return module


def _of_checkpoint(found: Any, path: Path) -> Any:
    """What a checkpoint holds: a module under a name, or weights."""
    import torch

    if not isinstance(found, Mapping):
        raise TypeError(f"it holds a {type(found).__name__}, where a module or its weights are wanted")
    for value in found.values():
        if isinstance(value, torch.nn.Module):
            return value.eval()
    weights = next((found[key] for key in _WEIGHTS if isinstance(found.get(key), Mapping)), found)
    arguments: Mapping[str, Any] = next((found[key] for key in _ARGUMENTS if isinstance(found.get(key), Mapping)), {})
    return _module_of(weights, arguments, path)


def _module_of(weights: Mapping[str, Any], arguments: Mapping[str, Any], path: Path) -> Any:
    """The weights in the one class, of those that the user's modules define, whose names and shapes they have."""
    fitting: Dict[str, Any] = {}
    unfit: List[str] = []
    for kind in _own_classes():
        name = f"{kind.__module__}.{kind.__qualname__}"
        try:
            module = _made(kind, arguments)
            module.load_state_dict(weights)
            fitting[name] = module
        except Exception as error:  # Whatever its own code raises: it is not the one, or cannot be made without more.
            unfit.append(f"{name} ({_shortened(error)})")
    if len(fitting) == 1:
        return next(iter(fitting.values())).eval()
    told = f"several classes fit it: {', '.join(fitting)}" if fitting else f"of what --code brings, {'; '.join(unfit) or 'nothing'} fits"
    raise WeightsAlone(f"{path.name} holds weights and no network, and {told}. {WAY}")


WAY = (
    "Give the class with --code, made without arguments; or --script with a function model_fn(model_dir), which makes the network, "
    "loads the weights and returns it"
)


def _made(kind: Any, arguments: Mapping[str, Any]) -> Any:
    try:
        return kind(**{str(key): value for key, value in arguments.items()})
    except TypeError:
        if not arguments:
            raise
        return kind()


def _own_classes() -> Iterator[Any]:
    """Classes of modules that somebody's own code defines, outermost first: neither torch's nor those of packages."""
    import torch

    kinds, seen = [torch.nn.Module], set()
    while kinds:
        kind = kinds.pop()
        for below in kind.__subclasses__():
            if below not in seen:
                seen.add(below)
                kinds.append(below)
    own = [kind for kind in seen if _is_own(kind)]
    yield from sorted(own, key=lambda kind: (kind.__module__, kind.__qualname__))


def _is_own(kind: Any) -> bool:
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return file is not None and not {"site-packages", "dist-packages"} & set(Path(file).parts)


def _shortened(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines[:3])
    return f"{type(error).__name__}: {text[:200]}"


def bound(program: Any, tensors: Dict[str, Any]) -> Tuple[List[Any], Dict[str, Any]]:
    """Tensors by name as a program takes them: by their place, or by the names that it was exported with."""
    names, _ = arguments_of(program)
    by_place, by_name = program.call_spec.in_spec.children_specs
    found = [tensors[name] for name in names] if set(tensors) == set(names) else list(tensors.values())
    placed = len(by_place.children_specs)
    return found[:placed], dict(zip(by_name.context or [], found[placed:]))


def arguments_of(program: Any) -> Tuple[List[str], List[Any]]:
    """Names of what an exported program is given, in order, and tensors without content that tell type and shape."""
    wanted = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    nodes = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    return wanted, [nodes.get(name) for name in wanted]
