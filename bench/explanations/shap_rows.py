"""Makes the models and rows of the benchmark, or explains rows with shap and says what it took.

    python shap_rows.py make FOLDER
    python shap_rows.py explain FOLDER NAME ROWS
"""
import json
import sys
import time
from pathlib import Path

import joblib
import numpy as np

FOLDER = Path(sys.argv[2])
COLUMNS, ROWS, BACKGROUND = 20, 2000, 1000


def make():
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(0)
    x = rng.normal(size=(5000, COLUMNS)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + x[:, 2] - x[:, 3] ** 2 + rng.normal(size=len(x)) * 0.3 > 0).astype(int)
    joblib.dump(RandomForestClassifier(100, max_depth=8, random_state=0).fit(x, y), FOLDER / "forest.joblib")
    joblib.dump(xgboost.XGBClassifier(n_estimators=100, max_depth=6).fit(x, y), FOLDER / "xgboost.joblib")
    x[: ROWS + BACKGROUND].astype(np.float64).tofile(FOLDER / "rows.f64")


def explain(name, rows):
    import shap

    explainer = shap.TreeExplainer(joblib.load(FOLDER / f"{name}.joblib"))
    x = np.fromfile(FOLDER / "rows.f64").reshape(-1, COLUMNS)[:rows].astype(np.float32)
    explainer.shap_values(x[:50], check_additivity=False)
    wall, cpu = time.perf_counter(), time.process_time()
    values = explainer.shap_values(x, check_additivity=False)
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    # Of classes the second one, of a forest; a booster has one sum.
    values = values[:, :, 1] if values.ndim == 3 else values
    np.ascontiguousarray(values, dtype=np.float64).tofile(FOLDER / f"{name}.shap.f64")
    print(json.dumps(spent))


if sys.argv[1] == "make":
    make()
else:
    explain(sys.argv[3], int(sys.argv[4]))
