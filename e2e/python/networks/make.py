"""Networks that are not compiled, of each framework, into a folder: files, modules beside them, rows and the framework's own answers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1])
WHAT = sys.argv[2]

NETS = """
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 3)

    def forward(self, rows):
        hidden = torch.relu(self.first(rows))
        if hidden.sum() > 1e9:
            hidden = hidden * 2
        return self.last(self.drop(hidden))
"""
OPERATORS = """
import torch


@torch.library.custom_op("mylib::twice", mutates_args=())
def twice(rows: torch.Tensor) -> torch.Tensor:
    return rows * 2


@twice.register_fake
def _(rows):
    return torch.empty_like(rows)
"""
LAYERS = """
import keras


@keras.saving.register_keras_serializable(package="mine")
class Scale(keras.layers.Layer):
    def __init__(self, by=2.0, **more):
        super().__init__(**more)
        self.by = by

    def build(self, shape):
        self.each = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, rows):
        return rows * self.each * self.by

    def get_config(self):
        return {**super().get_config(), "by": self.by}
"""


def module(name: str, text: str, case: str):
    """Writes a module beside the file of a case, and imports it from there."""
    folder = FOLDER / case
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    sys.path.insert(0, str(folder))
    return __import__(name)


def case(name: str, rows, outputs) -> None:
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    answers = {key: value.tolist() if hasattr(value, "tolist") else value for key, value in outputs.items()}
    (folder / "case.json").write_text(json.dumps({"instances": rows, "expected": answers}))


def of_torch() -> None:
    import numpy
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(1)
    rows = numpy.random.default_rng(1).random((5, 4), dtype="float32")
    net = module("nets", NETS, "module").Net()
    given = torch.from_numpy(rows)
    own = {"output": net.eval()(given).detach().numpy()}
    torch.save(net.train(), FOLDER / "module/net.pt")
    case("module", rows.tolist(), own)
    for name, write in (
        ("weights", lambda path: torch.save(net.state_dict(), path / "net.pt")),
        ("checkpoint", lambda path: torch.save({"epoch": 3, "model_state_dict": net.state_dict()}, path / "net.pt")),
        ("safetensors", lambda path: save_file(net.state_dict(), path / "net.safetensors")),
    ):
        case(name, rows.tolist(), own)
        (FOLDER / name / "nets.py").write_text(NETS)
        write(FOLDER / name)
    case("script", rows.tolist(), own)
    torch.jit.save(torch.jit.script(net.eval()), str(FOLDER / "script/net.pt"))

    twice = module("operators", OPERATORS, "operator").twice

    class Doubled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.last = torch.nn.Linear(4, 3)

        def forward(self, rows, more):
            doubled = twice(self.last(rows))
            return {"scores": doubled + more, "top": doubled.argmax(1)}

    doubled = Doubled().eval()
    more = numpy.random.default_rng(2).random((5, 3), dtype="float32")
    given = (torch.from_numpy(rows), torch.from_numpy(more))
    own = {name: value.detach().numpy() for name, value in doubled(*given).items()}
    shapes = {"rows": {0: torch.export.Dim("batch")}, "more": {0: torch.export.Dim("batch")}}
    torch.export.save(torch.export.export(doubled, given, dynamic_shapes=shapes), FOLDER / "operator/net.pt2")
    case("operator", [{"rows": a, "more": b} for a, b in zip(rows.tolist(), more.tolist())], own)


def of_keras() -> None:
    import keras
    import numpy

    keras.utils.set_random_seed(1)
    rows = numpy.random.default_rng(1).random((5, 4), dtype="float32")
    inputs = keras.Input((4,), name="features")
    hidden = keras.layers.Lambda(lambda each: each * 2 + 1)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="kind")(hidden))
    own = {"kind": keras.ops.convert_to_numpy(model(rows))}
    for name, file in (("lambda", "net.keras"), ("lambda-hdf5", "net.h5")):
        case(name, rows.tolist(), own)
        model.save(FOLDER / name / file)
    scale = module("layers", LAYERS, "layer").Scale
    left, right = keras.Input((4,), name="left"), keras.Input((2,), name="right")
    joined = keras.layers.Concatenate()([scale(3.0)(left), right])
    model = keras.Model([left, right], [keras.layers.Dense(3, name="kind")(joined), keras.layers.Dense(1, name="size")(joined)])
    more = numpy.random.default_rng(2).random((5, 2), dtype="float32")
    kind, size = map(keras.ops.convert_to_numpy, model([rows, more]))
    case("layer", [{"left": a, "right": b} for a, b in zip(rows.tolist(), more.tolist())], {"kind": kind, "size": size})
    model.save(FOLDER / "layer/net.keras")


def of_tensorflow() -> None:
    import tensorflow

    class Texts(tensorflow.Module):
        @tensorflow.function(
            input_signature=[
                tensorflow.TensorSpec((None,), tensorflow.string, name="words"),
                tensorflow.TensorSpec((None, 2), tensorflow.uint8, name="pixels"),
            ]
        )
        def serve(self, words, pixels):
            long = tensorflow.strings.length(words, unit="UTF8_CHAR")
            noise = tensorflow.raw_ops.RandomUniform(shape=[1], dtype=tensorflow.float32)
            bright = tensorflow.reduce_sum(tensorflow.cast(pixels, tensorflow.float32), 1) + noise * 0
            return {"long": long, "joined": tensorflow.strings.join([words, words]), "bright": bright}

    texts = Texts()
    path = FOLDER / "signature/net"
    path.parent.mkdir(parents=True, exist_ok=True)
    tensorflow.saved_model.save(texts, str(path), signatures={"serving_default": texts.serve, "other": texts.serve})
    words, pixels = ["Ulm", "Köln", ""], [[1, 2], [255, 0], [0, 0]]
    own = {"long": [3, 4, 0], "joined": ["UlmUlm", "KölnKöln", ""], "bright": [3.0, 255.0, 0.0]}
    case("signature", [{"words": a, "pixels": b} for a, b in zip(words, pixels)], own)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
{"torch": of_torch, "keras": of_keras, "tensorflow": of_tensorflow}[WHAT]()
