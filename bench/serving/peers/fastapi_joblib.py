"""FastAPI and joblib as tutorials show them, async."""
import os

import joblib
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model = joblib.load(os.environ["MODEL"])


class Request(BaseModel):
    rows: list[list[float]]


@app.post("/predict")
async def predict(request: Request):
    X = np.asarray(request.rows)
    return {"predictions": model.predict(X).tolist(), "probabilities": model.predict_proba(X).tolist()}
