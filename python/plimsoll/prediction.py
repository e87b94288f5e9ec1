"""What a server answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional


@dataclass(frozen=True)
class Prediction:
    """Answers for the rows of one request, in their order."""

    #: Main output: one entry a row.
    predictions: List[Any]
    #: Probabilities a class, one list a row, where the model has them.
    probabilities: Optional[List[Any]]
    model: str
    #: The version that answered: which one it is may depend on the unit, while a rollout runs.
    version: int
    #: To be given to `Client.feedback` once the truth is known.
    request_id: str
