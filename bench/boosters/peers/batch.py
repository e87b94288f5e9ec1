"""From Parquet to Parquet by a booster's own library: batch.py LIBRARY MODEL ROWS OUTPUT THREADS. Prints seconds.

The whole table at once, which is how most people do it and the quickest way for the libraries. Writes what the library's
`predict` gives and the raw scores, as Plimsoll does, with the id.
"""
import json
import os
import sys
import time

start = time.perf_counter()
library, model_path, rows, output, threads = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = threads
threads = int(threads)

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

pa.set_cpu_count(threads)


def with_xgboost(X):
    import xgboost

    booster = xgboost.Booster({"nthread": threads}, model_file=model_path)
    booster.set_param({"nthread": threads})
    margin = booster.inplace_predict(X, predict_type="margin")
    return {"predict": (1 / (1 + np.exp(-margin))).astype("float32"), "raw": margin}


def with_lightgbm(X):
    import lightgbm

    booster = lightgbm.Booster(model_file=model_path)
    raw = booster.predict(X, raw_score=True, num_threads=threads)
    return {"predict": 1 / (1 + np.exp(-raw)), "raw": raw}


def with_catboost(X):
    import catboost

    model = catboost.CatBoostClassifier().load_model(model_path)
    raw = model.predict(X, prediction_type="RawFormulaVal", thread_count=threads)
    positive = 1 / (1 + np.exp(-raw))
    return {"predict": (raw > 0).astype("int64"), "proba_0": 1 - positive, "proba_1": positive, "raw": raw}


predict = {"xgboost": with_xgboost, "lightgbm": with_lightgbm, "catboost": with_catboost}[library]
table = pq.read_table(rows, use_threads=threads > 1)
features = np.column_stack([column.to_numpy() for column in table.columns[1:]])
answers = predict(features)
pq.write_table(pa.table({"id": table["id"], **answers}), output)
print(json.dumps({"rows": len(features), "seconds": time.perf_counter() - start}))
