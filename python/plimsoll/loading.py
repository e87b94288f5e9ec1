"""`plimsoll.load`: a saved folder → the model, under the libraries that are here."""

from __future__ import annotations

import os
import platform
import re
import sys
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any, List, Union

from plimsoll.errors import PlimsollError, VersionMismatch
from plimsoll.frameworks import framework_of_format
from plimsoll.manifest import Manifest, inside, read_manifest


def load(path: Union[str, "os.PathLike[str]"], *, strict: bool = False) -> Any:
    """The model of a folder that `plimsoll.save` wrote.

    Most formats are pickles, and loading one runs the code in it: load only what you trust. Every file is compared with
    its digest first, so that what is loaded is what was saved; a digest does not say who saved it.

    Under other versions of Python (the minor one) or of a pinned library the warning `VersionMismatch` lists what
    differs; with `strict` that is an error. The modules in `code/` are put in front of `sys.path` and stay there.

    Raises PlimsollError: SAVED_INVALID, SCHEMA_UNKNOWN, VERSION_MISMATCH, LOAD_FAILED.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    found = differences(manifest)
    if found and strict:
        raise PlimsollError(
            "VERSION_MISMATCH", f'Cannot load "{folder}" under other versions: {"; ".join(found)}.', _install_hint(folder)
        )
    if found:
        warnings.warn(VersionMismatch(found), stacklevel=2)
    return load_from(folder, manifest)


def load_from(folder: Path, manifest: Manifest) -> Any:
    """Loads what a manifest that was checked names."""
    framework = framework_of_format(manifest.format)
    if framework is None:
        raise PlimsollError(
            "SAVED_INVALID",
            f'Cannot load "{folder}": its model has the format "{manifest.format}", which is not known here.',
            "Install a newer plimsoll.",
        )
    code = str((folder / "code").resolve())
    if manifest.has_code and code not in sys.path:
        sys.path.insert(0, code)
    writes = sys.dont_write_bytecode
    # What is written beside the sources would be no file that was saved.
    sys.dont_write_bytecode = True
    try:
        return framework.load(inside(folder, manifest.model), manifest.format)
    except ModuleNotFoundError as error:
        raise PlimsollError(
            "LOAD_FAILED", f'Cannot load "{folder}": module "{error.name}" is not here.', _install_hint(folder)
        ) from error
    finally:
        sys.dont_write_bytecode = writes


def differences(manifest: Manifest) -> List[str]:
    """What is not as it was when the model was saved, one line each."""
    found = []
    here = platform.python_version()
    if manifest.python.split(".")[:2] != here.split(".")[:2]:
        found.append(f"python: saved with {manifest.python}, here {here}")
    for pin in manifest.requirements:
        match = re.match(r"\s*([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([^\s;]+)", pin)
        if match is None:
            continue
        name, version = match.groups()
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"{name}: saved with {version}, not installed here")
            continue
        if installed not in (version,) and installed.partition("+")[0] != version:
            found.append(f"{name}: saved with {version}, here {installed}")
    return found


def _install_hint(folder: Path) -> str:
    return f"Install what it was saved with: pip install -r {folder / 'requirements.txt'}."
