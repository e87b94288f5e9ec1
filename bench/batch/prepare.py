"""Makes what every peer scores: prepare.py DIRECTORY ROWS writes forest.joblib, forest.onnx and rows.parquet there."""
import sys
from pathlib import Path

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

directory, rows = Path(sys.argv[1]), int(sys.argv[2])
X, y = load_breast_cancer(return_X_y=True)
names = [f"f{i}" for i in range(X.shape[1])]
forest = RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=1).fit(X, y)
joblib.dump(forest, directory / "forest.joblib")
graph = to_onnx(forest, X[:1].astype("float32"), options={id(forest): {"zipmap": False}})
(directory / "forest.onnx").write_bytes(graph.SerializeToString())

# Real rows with noise of half a deviation, so that rows take different ways through the trees.
random = np.random.default_rng(0)
schema = pa.schema([("id", pa.int64())] + [(name, pa.float32()) for name in names])
with pq.ParquetWriter(directory / f"rows-{rows}.parquet.part", schema) as writer:
    for start in range(0, rows, 122_880):
        count = min(122_880, rows - start)
        drawn = X[random.integers(0, len(X), count)] + random.normal(size=(count, X.shape[1])) * X.std(axis=0) * 0.5
        columns = [pa.array(np.arange(start, start + count))] + [pa.array(c) for c in drawn.astype("float32").T]
        writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=122_880)
(directory / f"rows-{rows}.parquet.part").rename(directory / f"rows-{rows}.parquet")
