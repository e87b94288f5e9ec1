"""FastAPI and onnxruntime, async."""
import os

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name


class Request(BaseModel):
    rows: list[list[float]]


@app.post("/predict")
async def predict(request: Request):
    labels, scores = session.run(None, {name: np.asarray(request.rows, dtype=np.float32)})
    return {"predictions": labels.tolist(), "probabilities": scores.tolist()}
