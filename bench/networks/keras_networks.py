"""Networks of Keras with random weights: keras_networks.py FOLDER NAME.

Writes NAME.keras and NAME.h5 by `save`, a SavedModel by `export`, NAME.onnx by Keras' own `export(format="onnx")`, which
asks tf2onnx, and for batches of 1 and 8 the input and the answer as raw float32 (int32 for tokens).
"""
import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers

folder, name = sys.argv[1:]
keras.utils.set_random_seed(0)


def resnet50():
    return keras.applications.ResNet50(weights=None)


def small_cnn():
    return keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            *[layers.Conv2D(32, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D()],
            *[layers.Conv2D(64, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D()],
            *[layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10, "softmax")],
        ]
    )


# tf2onnx 1.17 has no Erfc, which GELU of Keras becomes.
def encoder():
    tokens = layers.Input((128,), dtype="int32")
    x = layers.Embedding(30522, 768)(tokens)
    x = layers.LayerNormalization()(x)
    for _ in range(4):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(12, 64)(x, x))
        y = layers.Dense(768)(layers.Dense(3072, "relu")(x))
        x = layers.LayerNormalization()(x + y)
    x = layers.Dense(768, "tanh")(x[:, 0])
    return keras.Model(tokens, layers.Dense(2)(x))


def lstm():
    return keras.Sequential(
        [layers.Input((50, 64)), layers.LSTM(256, return_sequences=True), layers.LSTM(256), layers.Dense(10)]
    )


NETWORKS = {"resnet50": resnet50, "cnn": small_cnn, "encoder": encoder, "lstm": lstm}

model = NETWORKS[name]()
random = np.random.default_rng(0)
for layer in model.layers:
    # Fresh statistics are zeros and ones, which would hide a mistake in how they are folded.
    if isinstance(layer, layers.BatchNormalization):
        scale, offset, mean, variance = layer.get_weights()
        mean = random.normal(0, 0.1, mean.shape)
        variance = random.uniform(0.5, 1.5, variance.shape)
        layer.set_weights([scale, offset, mean, variance])
shape = model.inputs[0].shape[1:]
dtype = model.inputs[0].dtype
seconds = {}
path = os.path.join(folder, f"keras-{name}")


def timed(what, do):
    started = time.perf_counter()
    do()
    seconds[what] = round(time.perf_counter() - started, 2)


timed("save .keras", lambda: model.save(f"{path}.keras"))
timed("save .h5", lambda: model.save(f"{path}.h5"))
timed("export SavedModel", lambda: model.export(f"{path}.saved_model", verbose=False))
timed("export ONNX", lambda: model.export(f"{path}.onnx", format="onnx", verbose=False))
for rows in (1, 8):
    x = random.integers(0, 30522, (rows, *shape)).astype("int32") if dtype == "int32" else random.normal(size=(rows, *shape)).astype("float32")
    x.tofile(f"{path}.input-{rows}")
    np.asarray(model(x, training=False)).tofile(f"{path}.answer-{rows}")
weights = sum(np.asarray(w).nbytes for w in model.weights)
with open(f"{path}.json", "w") as file:
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    json.dump({"weights": weights, "shape": list(shape), "dtype": dtype, **versions, "seconds": seconds}, file)
