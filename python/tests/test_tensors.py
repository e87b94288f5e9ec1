"""torch and Keras: too large for the lock of the tests, so that these run where the libraries are."""

from __future__ import annotations

import json

import pytest

numpy = pytest.importorskip("numpy")

import plimsoll
from plimsoll.replay import replay

pytestmark = pytest.mark.heavy
ROWS = numpy.random.default_rng(1).normal(size=(12, 4)).astype("float32")


def manifest_of(folder):
    return json.loads((folder / "plimsoll.json").read_text(encoding="utf-8"))


def test_a_torch_module_is_an_exported_program_that_takes_any_number_of_rows(tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    model.train()
    folder = plimsoll.save(model, tmp_path / "m", torch.from_numpy(ROWS))
    assert model.training
    manifest = manifest_of(folder)
    assert manifest["model"]["path"] == "model.pt2" and manifest["call"] == {"container": "tensors"}
    assert manifest["signature"]["tensors"] == [{"name": "input", "dtype": "float32", "shape": [-1, 4]}]
    assert manifest["signature"]["outputs"] == [{"name": "output", "dtype": "float32", "shape": [-1, 2]}]
    again = plimsoll.load(folder)
    model.eval()
    for count in (1, 7):
        rows = torch.from_numpy(ROWS[:count])
        assert torch.allclose(again(rows), model(rows), atol=1e-6)
    assert replay(folder) == []


def test_inputs_and_outputs_of_a_torch_module_have_names(tmp_path):
    torch = pytest.importorskip("torch")
    from tensors_of_tests import pair

    model = pair()
    sample = {"left": torch.from_numpy(ROWS), "right": torch.from_numpy(ROWS[:, :1])}
    folder = plimsoll.save(model, tmp_path / "m", sample)
    signature = manifest_of(folder)["signature"]
    assert [tensor["name"] for tensor in signature["tensors"]] == ["left", "right"]
    assert [output["name"] for output in signature["outputs"]] == ["total", "gate"]
    assert replay(folder) == []


def test_a_torch_module_that_cannot_be_compiled_is_pickled_with_its_code(tmp_path):
    pytest.importorskip("torch")
    from tensors_of_tests import wayward

    folder = plimsoll.save(wayward(), tmp_path / "m", ROWS)
    manifest = manifest_of(folder)
    assert manifest["model"]["path"] == "model.pt" and manifest["code"] == ["code/tensors_of_tests.py"]
    assert replay(folder) == []


def test_a_keras_model_comes_back(tmp_path):
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    folder = plimsoll.save(model, tmp_path / "m", ROWS)
    manifest = manifest_of(folder)
    assert manifest["model"] == {"path": "model.keras", "format": "keras", "class": manifest["model"]["class"]}
    assert manifest["signature"]["outputs"] == [{"name": "output", "dtype": "float32", "shape": [-1, 3]}]
    assert numpy.allclose(plimsoll.load(folder)(ROWS), model(ROWS), atol=1e-6)


def test_a_tensorflow_module_is_a_savedmodel(tmp_path):
    tensorflow = pytest.importorskip("tensorflow")

    class Scale(tensorflow.Module):
        def __init__(self):
            super().__init__()
            self.by = tensorflow.Variable(2.0)

        @tensorflow.function(input_signature=[tensorflow.TensorSpec([None, 4], tensorflow.float32, name="rows")])
        def __call__(self, rows):
            return {"scaled": rows * self.by}

    folder = plimsoll.save(Scale(), tmp_path / "m", ROWS)
    assert manifest_of(folder)["model"]["format"] == "savedmodel"
    assert replay(folder) == []
