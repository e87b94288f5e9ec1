"""Networks of torch with random weights: torch_networks.py FOLDER NAME.

Writes NAME.pt2 by torch.export.save, NAME.onnx by torch.onnx.export, and for batches of 1 and 8 the input and torch's
own answer as raw float32 (int64 for tokens). Prints the seconds each took.
"""
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

folder, name = sys.argv[1:]


class Bottleneck(nn.Module):
    """He et al., Deep Residual Learning for Image Recognition, figure 5; the stride is in the 3x3 layer (v1.5)."""

    def __init__(self, inside, width, stride):
        super().__init__()
        out = 4 * width
        self.conv1, self.bn1 = nn.Conv2d(inside, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inside != out:
            self.downsample = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        inside = 64
        for width, blocks, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
            for i in range(blocks):
                layers.append(Bottleneck(inside, width, stride if i == 0 else 1))
                inside = 4 * width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(2048, 1000)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.features(x)), 1))


class Encoder(nn.Module):
    """Four layers of the size of BERT-base, and what BERT classifies by."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(30522, 768), nn.Embedding(512, 768)
        self.norm = nn.LayerNorm(768)
        layer = nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
        self.layers = nn.ModuleList([layer] + [type(layer)(768, 12, 3072, activation="gelu", batch_first=True) for _ in range(3)])
        self.pooler, self.classify = nn.Linear(768, 768), nn.Linear(768, 2)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.norm(self.words(tokens) + self.places(places))
        for layer in self.layers:
            x = layer(x)
        return self.classify(torch.tanh(self.pooler(x[:, 0])))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 256, num_layers=2, batch_first=True)
        self.out = nn.Linear(256, 10)

    def forward(self, x):
        y, _ = self.lstm(x)
        return self.out(y[:, -1])


def small_cnn():
    return nn.Sequential(
        *[nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(64 * 8 * 8, 128), nn.ReLU(), nn.Linear(128, 10)],
    )


NETWORKS = {
    "resnet50": (ResNet50, lambda n: torch.randn(n, 3, 224, 224)),
    "cnn": (small_cnn, lambda n: torch.randn(n, 3, 32, 32)),
    "encoder": (Encoder, lambda n: torch.randint(0, 30522, (n, 128))),
    "lstm": (Recurrent, lambda n: torch.randn(n, 50, 64)),
}

torch.manual_seed(0)
torch.set_num_threads(1)
make, given = NETWORKS[name]
model = make()
for module in model.modules():
    # Fresh statistics are zeros and ones, which would hide a mistake in how they are folded.
    if isinstance(module, nn.BatchNorm2d):
        module.running_mean.normal_(0, 0.1)
        module.running_var.uniform_(0.5, 1.5)
model.eval()
# Exporters take a size of 1 for fixed.
example = given(2)
batch = {0: torch.export.Dim("batch", max=1024)}
seconds = {}
path = os.path.join(folder, f"torch-{name}")


def timed(what, do):
    started = time.perf_counter()
    result = do()
    seconds[what] = round(time.perf_counter() - started, 2)
    return result


program = timed("torch.export", lambda: torch.export.export(model, (example,), dynamic_shapes=(batch,)))
timed("torch.export.save", lambda: torch.export.save(program, f"{path}.pt2"))
timed(
    "torch.onnx.export",
    lambda: torch.onnx.export(model, (example,), f"{path}.onnx", dynamic_shapes=(batch,), dynamo=True, external_data=False, verbose=False),
)
for rows in (1, 8):
    x = given(rows)
    with torch.no_grad():
        y = model(x)
    x.numpy().tofile(f"{path}.input-{rows}")
    y.numpy().tofile(f"{path}.answer-{rows}")
weights = sum(t.numel() * t.element_size() for t in model.state_dict().values())
shape = list(example.shape[1:])
with open(f"{path}.json", "w") as file:
    json.dump({"weights": weights, "shape": shape, "dtype": str(example.numpy().dtype), "torch": torch.__version__, "seconds": seconds}, file)
