"""Modules of torch as a user would have them in a file."""

import numpy
import torch


class Pair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)

    def forward(self, left, right):
        gate = torch.sigmoid(right)
        return {"total": self.layer(left) * gate, "gate": gate}


class Wayward(torch.nn.Module):
    """Goes through numpy, which no compiler follows."""

    def forward(self, rows):
        return torch.from_numpy(numpy.stack([numpy.sort(row.numpy()) for row in rows]))


pair, wayward = Pair, Wayward
