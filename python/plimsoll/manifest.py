"""The manifest of a saved folder, `plimsoll.json`: one reader a schema. `src/python/saved.ts` is the other side."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

from plimsoll.errors import PlimsollError

NAME = "plimsoll.json"
KIND = "plimsoll-model"
SCHEMA = 1


@dataclass(frozen=True)
class Manifest:
    """What every schema is read as."""

    created: str
    python: str
    framework: str
    framework_version: Optional[str]
    model: str
    format: str
    model_class: str
    signature: Dict[str, Any]
    call: Dict[str, Any]
    golden: Optional[str]
    #: Pins, `name==version`.
    requirements: Tuple[str, ...]
    has_code: bool
    #: Digest (sha256, hex) by path.
    files: Dict[str, str] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder; raises SAVED_INVALID, also where any file is not what the manifest says."""
    path = folder / NAME
    if not path.is_file():
        raise invalid(folder, f"it has no {NAME}", "Give a folder that plimsoll.save has written.")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise invalid(folder, f"its {NAME} is no JSON ({error})", "Save the model again.") from error
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise invalid(folder, f'its {NAME} does not say "kind": "{KIND}"', "Give a folder that plimsoll.save has written.")
    schema = document.get("schema")
    reader = _READERS.get(schema) if isinstance(schema, int) else None
    if reader is None:
        raise _unknown_schema(folder, schema)
    try:
        manifest = reader(document, folder)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise invalid(folder, f"its {NAME} lacks or misstates {error}", "Save the model again.") from error
    _check_files(folder, manifest)
    return manifest


def _read_schema_0(document: Dict[str, Any], folder: Path) -> Manifest:
    """
    The form before the first release: names beside each other, requirements within, digests as an object, columns
    instead of a signature; everything had been given to the model as a frame, and only joblib files were written.
    """
    columns = document["columns"]
    return Manifest(
        created=document["created"],
        python=document["python_version"],
        framework=document["framework"],
        framework_version=document["framework_version"],
        model=document["model"],
        format="joblib",
        model_class=document["class"],
        signature={
            "form": "table",
            "columns": [
                {"name": column["name"], "named": True, "type": column["type"], "nullable": bool(column.get("nullable"))}
                for column in columns
            ],
            "outputs": [],
            "classes": None,
        },
        call={"container": "frame"},
        golden=document.get("golden"),
        requirements=tuple(document["requirements"]),
        has_code=any(path.startswith("code/") for path in document["sha256"]),
        files={str(path): str(digest) for path, digest in document["sha256"].items()},
    )


def _read_schema_1(document: Dict[str, Any], folder: Path) -> Manifest:
    model, framework = document["model"], document["framework"]
    files = {str(file["path"]): str(file["sha256"]) for file in document["files"]}
    requirements = document["requirements"]
    if requirements not in files:
        raise ValueError("requirements, which are not among its files")
    return Manifest(
        created=document["created"],
        python=document["python"],
        framework=framework["name"],
        framework_version=framework["version"],
        model=model["path"],
        format=model["format"],
        model_class=model["class"],
        signature=document["signature"],
        call=document["call"],
        golden=document["golden"],
        requirements=tuple(_pins_in(inside(folder, requirements))),
        has_code=bool(document["code"]),
        files=files,
    )


_READERS: Dict[int, Callable[[Dict[str, Any], Path], Manifest]] = {0: _read_schema_0, 1: _read_schema_1}


def _unknown_schema(folder: Path, schema: Any) -> PlimsollError:
    if isinstance(schema, int) and schema > SCHEMA:
        return PlimsollError(
            "SCHEMA_UNKNOWN",
            f'Cannot read "{folder}": its manifest has schema {schema}, this package knows up to {SCHEMA}.',
            "Install the one that your server offers: open SERVER/clients/python/, which shows the line for pip (plimsoll-ml).",
        )
    return invalid(folder, f"its manifest has the schema {schema!r}", "Save the model again.")


def _pins_in(path: Path) -> List[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if "==" in line]


def inside(folder: Path, path: str) -> Path:
    """A path of the manifest, which has to lie below the folder; raises SAVED_INVALID."""
    found = (folder / path).resolve()
    if folder.resolve() not in found.parents:
        raise invalid(folder, f'"{path}" lies outside of it', "Do not load it: no folder that plimsoll.save writes is like this.")
    return found


def _check_files(folder: Path, manifest: Manifest) -> None:
    for path, digest in manifest.files.items():
        file = inside(folder, path)
        if not file.is_file():
            raise invalid(folder, f'"{path}" is missing', "Copy the whole folder again.")
        found = sha256_of(file)
        if found != digest:
            raise invalid(
                folder,
                f'"{path}" is not the file that was saved (sha256 {found[:12]}…, {digest[:12]}… expected)',
                "Copy the folder again from where it was saved; do not load it if you do not know who changed it.",
            )
    if not inside(folder, manifest.model).exists():
        raise invalid(folder, f'"{manifest.model}" is missing', "Copy the whole folder again.")
    if not any(path == manifest.model or path.startswith(f"{manifest.model}/") for path in manifest.files):
        raise invalid(folder, f'"{manifest.model}" has no digest', "Save the model again.")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def files_below(folder: Path) -> List[Dict[str, Any]]:
    """Every file of the folder but the manifest, as schema 1 lists them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / NAME)
    return [
        {"path": path.relative_to(folder).as_posix(), "sha256": sha256_of(path), "size": path.stat().st_size}
        for path in paths
    ]


def invalid(folder: Path, reason: str, hint: str) -> PlimsollError:
    return PlimsollError("SAVED_INVALID", f'Cannot load "{folder}": {reason}.', hint)
