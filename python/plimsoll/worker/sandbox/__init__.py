"""What a worker takes from itself before it reads anything of a model. Each layer says whether it holds."""

from __future__ import annotations

from typing import Any, Dict, List

from plimsoll.worker.request import Request


def apply(request: Request, home: str) -> List[Dict[str, Any]]:
    return []
