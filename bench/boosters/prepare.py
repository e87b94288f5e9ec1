"""Models and rows of the benchmark of boosters: prepare.py DIRECTORY ROWS.

Writes models, `<name>-<n>.parquet`, the same rows as float32 (`<name>-<n>.f32`) and a few of them as JSON (`rows.json`).
"""
import json
import sys
from pathlib import Path

import catboost
import joblib
import lightgbm
import mlflow
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import skops.io
import xgboost
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

directory, count = Path(sys.argv[1]), int(sys.argv[2])
TRAINED = 20_000
WIDTH = 30
TREES = 200
# Members of the categorical columns: sets of splits are of hundreds of them.
CARDINALITIES = [20, 200, 1000, 3000]

random = np.random.default_rng(0)
numeric, labels = make_classification(TRAINED + count, WIDTH, n_informative=15, random_state=0)
numeric = numeric.astype("float32")
codes = np.column_stack([random.integers(0, n, TRAINED + count) for n in CARDINALITIES])
effects = [random.normal(size=n) for n in CARDINALITIES]
effect = sum(one[codes[:, i]] for i, one in enumerate(effects))
coded = np.hstack([numeric[:, : WIDTH - len(CARDINALITIES)], codes.astype("float32")])
coded_labels = (numeric[:, :5].sum(axis=1) + effect > 0).astype(int)
NAMES = [f"f{i}" for i in range(WIDTH)]


def write_rows(name, rows):
    rows = np.ascontiguousarray(rows[TRAINED:])
    rows.tofile(directory / f"{name}-{count}.f32")
    columns = [pa.array(np.arange(count))] + [pa.array(column) for column in rows.T.copy()]
    table = pa.table(columns, names=["id", *NAMES])
    pq.write_table(table, directory / f"{name}-{count}.parquet", row_group_size=122_880)


write_rows("numeric", numeric)
write_rows("coded", coded)

X, y = numeric[:TRAINED], labels[:TRAINED]
xgb = xgboost.XGBClassifier(n_estimators=TREES, max_depth=6, n_jobs=2).fit(X, y)
xgb.get_booster().feature_names = NAMES
xgb.save_model(directory / "xgboost.json")
xgb.save_model(directory / "xgboost.ubj")
joblib.dump(xgb, directory / "xgboost.pkl")
mlflow.xgboost.save_model(xgb.get_booster(), directory / "mlflow", pip_requirements=[])
skops.io.dump(RandomForestClassifier(random_state=0, n_jobs=2).fit(X, y), directory / "forest.skops")

settings = {"objective": "binary", "num_leaves": 31, "num_threads": 2, "verbose": -1}
data = lightgbm.Dataset(X, y, feature_name=NAMES)
lightgbm.train(settings, data, TREES).save_model(directory / "lightgbm.txt")
data = lightgbm.Dataset(
    coded[:TRAINED],
    coded_labels[:TRAINED],
    feature_name=NAMES,
    categorical_feature=NAMES[-len(CARDINALITIES) :],
)
lightgbm.train(
    {**settings, "max_cat_threshold": 1000, "max_bin": 4000, "cat_smooth": 1, "min_data_per_group": 5}, data, TREES
).save_model(directory / "lightgbm-categories.txt")

cat = catboost.CatBoostClassifier(iterations=TREES * 5 // 2, depth=6, thread_count=2, verbose=0, allow_writing_files=False)
cat.fit(catboost.Pool(X, y, feature_names=NAMES))
cat.save_model(str(directory / "catboost.cbm"))
(directory / "rows.json").write_text(json.dumps(numeric[TRAINED : TRAINED + 50].astype("float64").tolist()))
