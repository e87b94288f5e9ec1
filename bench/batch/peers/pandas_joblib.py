"""pandas + joblib in chunks of 100,000 rows: pandas_joblib.py MODEL ROWS OUTPUT. Prints seconds within the process."""
import json
import sys
import time

start = time.perf_counter()
import joblib
import pyarrow as pa
import pyarrow.parquet as pq

model_path, rows, output = sys.argv[1:]
model = joblib.load(model_path)
model.n_jobs = 1
imported = time.perf_counter()
scoring = 0.0
writer = None
count = 0
for batch in pq.ParquetFile(rows).iter_batches(batch_size=100_000, use_threads=False):
    frame = batch.to_pandas()
    features = frame.drop(columns="id").to_numpy()
    begun = time.perf_counter()
    probability = model.predict_proba(features)
    label = model.classes_.take(probability.argmax(axis=1))
    scoring += time.perf_counter() - begun
    table = pa.table(
        {"id": batch["id"], "predict": label, "predict_proba_0": probability[:, 0], "predict_proba_1": probability[:, 1]}
    )
    writer = writer or pq.ParquetWriter(output, table.schema)
    writer.write_table(table)
    count += len(frame)
writer.close()
end = time.perf_counter()
print(json.dumps({"rows": count, "seconds": end - imported, "scoring": scoring, "startup": imported - start}))
