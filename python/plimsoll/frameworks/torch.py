"""PyTorch: exported programs where the module can be exported, else TorchScript, else a pickled module with its code."""

from __future__ import annotations

import contextlib
import inspect
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from plimsoll.frameworks import torch_files, torch_inputs
from plimsoll.frameworks.base import Framework, Tensor, is_instance
from plimsoll.frameworks.named import named


class Torch(Framework):
    """Modules of one or several tensors; several outputs have the names of a dict, or `output_0`, `output_1`, …"""

    name = "torch"
    module = "torch"
    formats = ("torch",)

    def matches(self, model: Any) -> bool:
        return is_instance(model, "torch.nn", "Module")

    def save(self, model: Any, folder: Path, sample: Any = None) -> Tuple[str, str]:
        import torch

        with _evaluating(model):
            if sample is not None:
                for name, write in (("model.pt2", _export), ("model.pt", _script)):
                    if write(model, folder / name, sample):
                        return name, "torch"
            torch.save(model, folder / "model.pt")
        return "model.pt", "torch"

    def load(self, path: Path, format: str) -> Any:
        return torch_files.load(path)

    def inputs(self, model: Any) -> Optional[List[Tensor]]:
        return torch_inputs.inputs(model)

    def outputs(self, model: Any) -> List[str]:
        return ["output"]

    def call(self, model: Any, output: str, data: Any) -> Any:
        return self.answers(model, data)[output]

    def answers(self, model: Any, data: Any, outputs: Optional[Sequence[str]] = None) -> Dict[str, Any]:
        import torch

        program = getattr(model, "_plimsoll_program", None)
        if program is not None and isinstance(data, dict):
            args, kwargs = torch_files.bound(program, {name: tensor(value) for name, value in data.items()})
        else:
            args, kwargs = arguments(data)
        with torch.inference_mode(), _evaluating(model):
            found = named(model(*args, **kwargs))
        values = {name: _array(value) for name, value in found.items()}
        return values if outputs is None else {name: values[name] for name in outputs}


@contextlib.contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Without dropout and the like, and as it was afterwards. One that was loaded is so already."""
    if not getattr(model, "training", False):
        yield
        return
    try:
        model.eval()
    except NotImplementedError:
        # Exported programs are without, and refuse to be asked.
        yield
        return
    try:
        yield
    finally:
        model.train()


def _array(value: Any) -> Any:
    """numpy's view of a tensor; it knows no bfloat16."""
    import torch

    if not torch.is_tensor(value):
        return value
    found = value.detach().cpu()
    return (found.float() if found.dtype == torch.bfloat16 else found.resolve_conj().resolve_neg()).numpy()


def tensor(value: Any) -> Any:
    import torch

    return value if torch.is_tensor(value) else torch.as_tensor(value)


def arguments(data: Any) -> Tuple[List[Any], Dict[str, Any]]:
    """How a module is called: one tensor by its place, several by their names."""
    if isinstance(data, dict):
        tensors = {name: tensor(value) for name, value in data.items()}
        return (list(tensors.values()), {}) if len(tensors) == 1 else ([], tensors)
    return [tensor(data)], {}


def input_name(model: Any) -> str:
    """Name of the only input: that of the first parameter of `forward`."""
    try:
        names = list(inspect.signature(model.forward).parameters)
    except (TypeError, ValueError):
        names = []
    return names[0] if names and names[0] not in ("args", "kwargs") else "input"


def _rows(sample: Any, count: int) -> Any:
    """The first rows, repeated where there are fewer: a program exported for one row would take one row only."""
    import torch

    def take(value: Any) -> Any:
        found = tensor(value)
        return found[torch.arange(count) % len(found)]

    return {name: take(value) for name, value in sample.items()} if isinstance(sample, dict) else take(sample)


def _export(model: Any, path: Path, sample: Any) -> bool:
    """Writes an exported program for any number of rows; False where that cannot be, or answers otherwise."""
    import torch

    if not hasattr(torch, "export") or not hasattr(torch.export, "Dim"):
        return False
    args, kwargs = arguments(_rows(sample, 3))
    rows = torch.export.Dim("rows", min=1)
    shapes = tuple({0: rows} for _ in args) if args else {name: {0: rows} for name in kwargs}
    try:
        program = torch.export.export(model, tuple(args), kwargs, dynamic_shapes=shapes)
        if not _agrees(model, program.module(), sample):
            return False
        torch.export.save(program, path)
    except Exception as error:  # Whatever the compiler cannot follow: there is another way to write the module.
        print(f"plimsoll: torch.export cannot follow this module ({type(error).__name__})", file=sys.stderr)
        path.unlink(missing_ok=True)
        return False
    return True


def _script(model: Any, path: Path, sample: Any) -> bool:
    """Writes TorchScript; False where that cannot be, or answers otherwise."""
    import torch

    try:
        script = torch.jit.script(model)
        if not _agrees(model, script, sample):
            return False
        torch.jit.save(script, str(path))
    except Exception:  # As above.
        path.unlink(missing_ok=True)
        return False
    return True


def _agrees(model: Any, other: Any, sample: Any) -> bool:
    """Whether both give the same answers for other numbers of rows than what was exported."""
    import torch

    for count in (1, 5):
        args, kwargs = arguments(_rows(sample, count))
        with torch.no_grad():
            ours, theirs = named(model(*args, **kwargs)), named(other(*args, **kwargs))
        if ours.keys() != theirs.keys():
            return False
        if not all(torch.allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-5, equal_nan=True) for name in ours):
            return False
    return True
