"""Predictions of a booster's own library, rows in memory: engine.py LIBRARY MODEL ROWS WIDTH THREADS OUTPUT.

`ROWS` is float32, row after row. Prints wall and processor seconds by the form that the rows are given in:
`array`, as they are, or `prebuilt`, made into the library's own container before the clock starts. `OUTPUT` gets the raw scores.
"""
import json
import os
import sys
import time

library, model_path, rows, width, threads, output = sys.argv[1:]
threads = int(threads)
os.environ["OMP_NUM_THREADS"] = str(threads)

import numpy as np

X = np.fromfile(rows, dtype="float32").reshape(-1, int(width))


def xgboost_forms():
    import xgboost

    booster = xgboost.Booster({"nthread": threads}, model_file=model_path)
    booster.set_param({"nthread": threads})
    build = lambda: xgboost.DMatrix(X, nthread=threads, feature_names=booster.feature_names)
    # A DMatrix keeps what was predicted of it, so each form has one of its own.
    return {
        "array": (lambda: None, lambda _: booster.inplace_predict(X)),
        "DMatrix, built": (lambda: None, lambda _: booster.predict(build())),
        "DMatrix, prebuilt": (build, booster.predict),
    }, lambda: booster.predict(build(), output_margin=True)


def lightgbm_forms():
    import lightgbm

    booster = lightgbm.Booster(model_file=model_path)
    return {"array": (lambda: None, lambda _: booster.predict(X, num_threads=threads))}, lambda: booster.predict(
        X, raw_score=True, num_threads=threads
    )


def catboost_forms():
    import catboost

    model = catboost.CatBoostClassifier().load_model(model_path)
    build = lambda: catboost.Pool(X, feature_names=model.feature_names_, thread_count=threads)
    predict = lambda rows: model.predict_proba(rows, thread_count=threads)
    return {
        "array": (lambda: None, lambda _: predict(X)),
        "Pool, built": (lambda: None, lambda _: predict(build())),
        "Pool, prebuilt": (build, predict),
    }, lambda: model.predict(X, prediction_type="RawFormulaVal", thread_count=threads)


forms, raw_scores = {"xgboost": xgboost_forms, "lightgbm": lightgbm_forms, "catboost": catboost_forms}[library]()
np.asarray(raw_scores(), dtype="float64").tofile(output)
times = {}
for form, (build, predict) in forms.items():
    given = build()
    start, used = time.perf_counter(), time.process_time()
    predict(given)
    times[form] = {"wall": time.perf_counter() - start, "cpu": time.process_time() - used}
print(json.dumps(times))
