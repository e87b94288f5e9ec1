"""Makes what every peer serves: train.py DIRECTORY writes <name>.joblib, <name>.onnx and rows.json there."""
import json
import sys
from pathlib import Path

import joblib
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

directory = Path(sys.argv[1])
X, y = load_breast_cancer(return_X_y=True)
models = {
    "forest": RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
}
rows = X[::12]
expected = {}
for name, model in models.items():
    joblib.dump(model, directory / f"{name}.joblib")
    # float32 inputs are what the converter's documentation uses, and the faster choice for these peers
    graph = to_onnx(model, X[:1].astype("float32"), options={id(model): {"zipmap": False}})
    (directory / f"{name}.onnx").write_bytes(graph.SerializeToString())
    expected[name] = {"predict": model.predict(rows).tolist(), "predict_proba": model.predict_proba(rows).tolist()}
(directory / "rows.json").write_text(json.dumps({"rows": rows.tolist(), "expected": expected}))
