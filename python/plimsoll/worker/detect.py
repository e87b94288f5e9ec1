"""How a file or folder was written, by its first bytes and its name, where nobody says."""

from __future__ import annotations

import os
import zipfile

_BY_NAME = {
    ".joblib": "joblib", ".ubj": "xgboost", ".xgb": "xgboost", ".cbm": "catboost", ".keras": "keras", ".h5": "keras",
    ".hdf5": "keras", ".pt": "torch", ".pth": "torch", ".pt2": "torch", ".safetensors": "torch", ".skops": "skops",
}  # fmt: skip


def format_of(path: str) -> str:
    """Name of the format, as `plimsoll.frameworks` knows it. Anything unknown is a pickle: it then says what it is not."""
    if os.path.isdir(path):
        return "savedmodel"
    with open(path, "rb") as file:
        head = file.read(64)
    suffix = os.path.splitext(path)[1].lower()
    if head.startswith(b"CBM1"):
        return "catboost"
    if head.startswith(b"\x89HDF"):
        return "keras"
    if head.startswith(b"tree\nversion="):
        return "lightgbm"
    if head.startswith((b"{L", b"binf")) or (head.lstrip().startswith(b"{") and suffix == ".json"):
        return "xgboost"
    if head.startswith(b"PK"):
        return _zipped(path, suffix)
    return _BY_NAME.get(suffix, "joblib")


def _zipped(path: str, suffix: str) -> str:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()[:1000]
    if any(name.endswith("schema.json") for name in names):
        return "skops"
    if any(name.endswith("config.json") for name in names) and suffix == ".keras":
        return "keras"
    return "torch"
