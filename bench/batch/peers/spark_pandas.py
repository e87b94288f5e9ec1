"""PySpark mapInPandas + joblib on local[2]: spark_pandas.py MODEL ROWS OUTPUT [noop]. Prints seconds."""
import json
import os
import shutil
import sys
import time

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
start = time.perf_counter()
from pyspark.sql import SparkSession

model_path, rows, output = sys.argv[1:4]
noop = sys.argv[4:] == ["noop"]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
    .getOrCreate()
)
started = time.perf_counter()
SCHEMA = "id long, predict long, predict_proba_0 double, predict_proba_1 double"


def score(frames):
    import joblib

    model = joblib.load(model_path)
    model.n_jobs = 1
    for frame in frames:
        answer = frame[["id"]].copy()
        probability = model.predict_proba(frame.drop(columns="id").to_numpy())
        answer["predict"] = model.classes_.take(probability.argmax(axis=1))
        answer["predict_proba_0"] = probability[:, 0]
        answer["predict_proba_1"] = probability[:, 1]
        yield answer


def nothing(frames):
    for frame in frames:
        answer = frame[["id"]].copy()
        answer["predict"] = 0
        answer["predict_proba_0"] = frame["f0"].astype("float64")
        answer["predict_proba_1"] = frame["f1"].astype("float64")
        yield answer


shutil.rmtree(output, ignore_errors=True)
spark.read.parquet(rows).mapInPandas(nothing if noop else score, SCHEMA).write.parquet(output)
end = time.perf_counter()
count = spark.read.parquet(output).count()
print(json.dumps({"rows": count, "seconds": end - started, "scoring": None, "startup": started - start}))
