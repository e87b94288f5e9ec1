"""One network of dense layers and one of convolutions, in the files of each framework, with rows and its own answers."""

import json
import os
import sys
from pathlib import Path

FOLDER, WHAT = Path(sys.argv[1]), sys.argv[2]
SHAPES = {"mlp": (16,), "cnn": (1, 16, 16)}
NETS = """
import torch


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(16, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 3)
        )

    def forward(self, rows):
        return self.layers(rows)


class Cnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(1, 8, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(8, 16, 3), torch.nn.ReLU(),
            torch.nn.Flatten(), torch.nn.Linear(400, 10),
        )

    def forward(self, rows):
        return self.layers(rows)
"""


def write_rows(name, rows, answers):
    (FOLDER / f"{name}.json").write_text(json.dumps({"rows": rows.tolist(), "answers": answers.tolist()}))


def of_torch():
    import numpy
    import torch

    torch.manual_seed(1)
    (FOLDER / "nets.py").write_text(NETS)
    sys.path.insert(0, str(FOLDER))
    import nets

    for name, kind in (("mlp", nets.Mlp), ("cnn", nets.Cnn)):
        rows = numpy.random.default_rng(1).random((16, *SHAPES[name]), dtype="float32")
        net, given = kind().eval(), torch.from_numpy(rows)
        write_rows(name, rows, net(given).detach().numpy())
        torch.save(net, FOLDER / f"{name}-class.pt")
        torch.save(net.layers, FOLDER / f"{name}.pt")
        torch.jit.save(torch.jit.trace(net, given), str(FOLDER / f"{name}-script.pt"))
        program = torch.export.export(net, (given,), dynamic_shapes=({0: torch.export.Dim("rows")},))
        torch.export.save(program, FOLDER / f"{name}.pt2")
        axes = {"rows": {0: "batch"}}
        torch.onnx.export(net, (given,), FOLDER / f"{name}.onnx", input_names=["rows"], dynamic_axes=axes, dynamo=False)


def of_keras():
    import keras
    import numpy

    keras.utils.set_random_seed(1)
    layers = keras.layers
    mlp = [layers.Dense(64, "relu"), layers.Dense(64, "relu"), layers.Dense(3)]
    cnn = [layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(), layers.Conv2D(16, 3, activation="relu"), layers.Flatten(), layers.Dense(10)]
    for name, shape, stack in (("keras-mlp", (16,), mlp), ("keras-cnn", (16, 16, 1), cnn)):
        model = keras.Sequential([keras.Input(shape, name="rows"), *stack])
        rows = numpy.random.default_rng(1).random((16, *shape), dtype="float32")
        write_rows(name, rows, keras.ops.convert_to_numpy(model(rows)))
        model.save(FOLDER / f"{name}.keras")
        model.save(FOLDER / f"{name}.h5")
        model.export(str(FOLDER / f"{name}-saved"), verbose=False)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
{"torch": of_torch, "keras": of_keras}[WHAT]()
