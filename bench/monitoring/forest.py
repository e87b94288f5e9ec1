"""Makes what is served: forest.py DIRECTORY writes forest.joblib, 100 trees over 30 columns, and rows.json there."""
import json
import sys
from pathlib import Path

import joblib
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

directory = Path(sys.argv[1])
X, y = load_breast_cancer(return_X_y=True)
joblib.dump(RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y), directory / "forest.joblib")
(directory / "rows.json").write_text(json.dumps(X.tolist()))
