"""The other sides in Python: subject.py onnxruntime|torch|keras NETWORK FILE THREADS, which reads lines as subject.ts does."""
import base64
import json
import os
import sys
import time

side, base, file, threads = sys.argv[1:]
threads = int(threads)
os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

with open(f"{base}.json") as described:
    network = json.load(described)


def onnxruntime_session():
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


def torch_program():
    import torch

    torch.set_num_threads(threads)
    model = torch.export.load(file).module()

    def call(x):
        with torch.no_grad():
            return model(torch.from_numpy(x)).numpy()

    return call


def keras_model():
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = keras.models.load_model(file)
    call = tf.function(lambda x: model(x, training=False))
    return lambda x: call(tf.constant(x)).numpy()


call = {"onnxruntime": onnxruntime_session, "torch": torch_program, "keras": keras_model}[side]()
inputs = {rows: np.fromfile(f"{base}.input-{rows}", network["dtype"]).reshape(rows, *network["shape"]) for rows in (1, 8)}
for line in sys.stdin:
    what, rows, *calls = line.split()
    x = inputs[int(rows)]
    if what == "answer":
        said = base64.b64encode(np.ascontiguousarray(call(x), "float32").tobytes()).decode()
    else:
        said = []
        for _ in range(int(calls[0])):
            start = time.perf_counter()
            call(x)
            said.append(1000 * (time.perf_counter() - start))
    print(json.dumps(said), flush=True)
