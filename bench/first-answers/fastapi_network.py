"""FastAPI in front of the framework's own loader, as tutorials show it."""

import os
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

PATH = Path(os.environ["MODEL"])
app = FastAPI()


def by_torch(load):
    import torch

    torch.set_num_threads(1)
    model = load(torch)

    def answer(rows):
        with torch.inference_mode():
            return model(torch.from_numpy(rows)).numpy()

    return answer


def by_keras():
    import keras

    model = keras.models.load_model(PATH)
    return lambda rows: np.asarray(model(rows, training=False))


def by_tensorflow():
    import tensorflow as tf

    model = tf.saved_model.load(str(PATH))
    serve = model.signatures["serving_default"]
    (name,) = serve.structured_input_signature[1]
    return lambda rows: next(iter(serve(**{name: tf.constant(rows)}).values())).numpy()


def by_onnxruntime():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(PATH), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda rows: session.run(None, {name: rows})[0]


def loaded():
    if PATH.is_dir():
        return by_tensorflow()
    if PATH.suffix in (".keras", ".h5"):
        return by_keras()
    if PATH.suffix == ".onnx":
        return by_onnxruntime()
    if PATH.suffix == ".pt2":
        return by_torch(lambda torch: torch.export.load(PATH).module())
    if PATH.stem.endswith("-script"):
        return by_torch(lambda torch: torch.jit.load(PATH).eval())
    return by_torch(lambda torch: torch.load(PATH, weights_only=False).eval())


model = loaded()


class Request(BaseModel):
    rows: list


@app.post("/predict")
async def predict(request: Request):
    return {"predictions": model(np.asarray(request.rows, dtype="float32")).tolist()}
