"""Predictions of scikit-learn, rows in memory: batch.py MODEL ROWS WIDTH OUTPUT, of the method that says most.

Prints wall and processor seconds of one call, after another one. `OUTPUT` gets the numbers.
"""
import json
import sys
import time

import joblib
import numpy as np

path, rows, width, output = sys.argv[1:]
X = np.fromfile(rows).reshape(-1, int(width))
model = joblib.load(path)
method = model.predict_proba if hasattr(model, "predict_proba") else model.predict
method(X)
start, used = time.perf_counter(), time.process_time()
answers = method(X)
times = {"wall": time.perf_counter() - start, "cpu": time.process_time() - used}
np.asarray(answers, dtype="float64").tofile(output)
print(json.dumps(times))
