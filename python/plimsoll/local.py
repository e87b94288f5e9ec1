"""The token of a data folder, which lets its owner's programs use the control API of the server that runs on it."""

from __future__ import annotations

import json
import os
import urllib.parse
from typing import Optional

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def local_token(data: str, url: str) -> Optional[str]:
    """The token for the server at `url`, if that is the one that runs on the folder `data` of this machine; else None."""
    asked = urllib.parse.urlsplit(url)
    try:
        with open(os.path.join(data, "server.json"), encoding="utf-8") as file:
            served = urllib.parse.urlsplit(str(json.load(file)["url"]))
        if asked.hostname not in _LOOPBACK or served.hostname not in _LOOPBACK or asked.port != served.port:
            return None
        with open(os.path.join(data, "access", "token"), encoding="ascii") as file:
            return file.read().strip() or None
    except (OSError, ValueError, KeyError, TypeError):
        return None
