"""
Makes what is served: forest.py DIRECTORY writes forest.joblib, 100 trees over 30 columns, wide.joblib, as many over 1,000
columns, and rows of each as JSON there.
"""
import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.ensemble import RandomForestClassifier

directory = Path(sys.argv[1])


def write(name, X, y):
    joblib.dump(RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y), directory / f"{name}.joblib")
    (directory / f"{name}.json").write_text(json.dumps(X.tolist()))


write("forest", *load_breast_cancer(return_X_y=True))
X, y = make_classification(600, 1000, n_informative=20, random_state=0)
write("wide", np.round(X, 4), y)
