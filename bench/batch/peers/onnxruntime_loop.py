"""A loop over onnxruntime in batches of 10,000: onnxruntime_loop.py MODEL ROWS OUTPUT THREADS. Prints seconds."""
import json
import sys
import time

start = time.perf_counter()
import numpy as np
import onnxruntime as ort
import pyarrow as pa
import pyarrow.parquet as pq

model_path, rows, output, threads = sys.argv[1:]
options = ort.SessionOptions()
options.intra_op_num_threads = int(threads)
session = ort.InferenceSession(model_path, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
imported = time.perf_counter()
scoring = 0.0
writer = None
count = 0
for batch in pq.ParquetFile(rows).iter_batches(batch_size=10_000, use_threads=False):
    features = np.column_stack([column.to_numpy() for column in batch.columns[1:]])
    begun = time.perf_counter()
    label, probability = session.run(None, {name: features})
    scoring += time.perf_counter() - begun
    table = pa.table(
        {"id": batch["id"], "predict": label, "predict_proba_0": probability[:, 0], "predict_proba_1": probability[:, 1]}
    )
    writer = writer or pq.ParquetWriter(output, table.schema)
    writer.write_table(table)
    count += len(label)
writer.close()
end = time.perf_counter()
print(json.dumps({"rows": count, "seconds": end - imported, "scoring": scoring, "startup": imported - start}))
