"""FastAPI around one model, async: KIND names what MODEL is, and is loaded as its library's documentation shows."""
import os

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

path = os.environ["MODEL"]


def xgboost_booster():
    import xgboost

    booster = xgboost.Booster({"nthread": 1}, model_file=path)
    return lambda rows: {"predictions": booster.inplace_predict(np.asarray(rows, dtype="float32")).tolist()}


def lightgbm_booster():
    import lightgbm

    booster = lightgbm.Booster(model_file=path)
    return lambda rows: {"predictions": booster.predict(np.asarray(rows), num_threads=1).tolist()}


def catboost_model():
    import catboost

    return classifier(catboost.CatBoostClassifier().load_model(path), thread_count=1)


def pickle():
    import joblib

    return classifier(joblib.load(path))


def estimator():
    import joblib

    model = joblib.load(path)
    methods = {"predictions": model.predict}
    if hasattr(model, "predict_proba"):
        methods["probabilities"] = model.predict_proba

    def predict(rows):
        X = np.asarray(rows)
        return {name: method(X).tolist() for name, method in methods.items()}

    return predict


def skops():
    import skops.io

    return classifier(skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path)))


def mlflow():
    import mlflow.pyfunc
    import pandas as pd

    model = mlflow.pyfunc.load_model(path)
    frame = lambda rows: pd.DataFrame(rows, columns=[f"f{i}" for i in range(len(rows[0]))])
    return lambda rows: {"predictions": model.predict(frame(rows)).tolist()}


def pmml():
    from pypmml import Model

    model = Model.load(path)
    return lambda rows: {"probabilities": model.predict(rows)}


def classifier(model, **options):
    def predict(rows):
        chances = model.predict_proba(np.asarray(rows, dtype="float32"), **options)
        labels = model.classes_.take(chances.argmax(axis=1))
        return {"predictions": labels.tolist(), "probabilities": chances.tolist()}

    return predict


KINDS = {
    "xgboost": xgboost_booster,
    "lightgbm": lightgbm_booster,
    "catboost": catboost_model,
    "pickle": pickle,
    "estimator": estimator,
    "skops": skops,
    "mlflow": mlflow,
    "pmml": pmml,
}
answer = KINDS[os.environ["KIND"]]()
app = FastAPI()


class Request(BaseModel):
    rows: list[list[float | str]]


@app.post("/predict")
async def predict(request: Request):
    return answer(request.rows)
