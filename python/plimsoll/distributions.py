"""Installed distributions: which one a module is of, what it needs, and exact pins of all of that."""

from __future__ import annotations

import ast
import functools
import json
import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

from plimsoll.errors import PlimsollError

#: Distributions that run a build or an installation, never a model; and this one, which comes with every server.
_TOOLS = {"pip", "setuptools", "wheel", "plimsoll-ml"}


def normalised(name: str) -> str:
    """Name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@functools.lru_cache(maxsize=1)
def _by_module() -> Dict[str, List[metadata.Distribution]]:
    """Distributions by the top-level names that they install."""
    found: Dict[str, List[metadata.Distribution]] = {}
    seen: Set[str] = set()
    for distribution in metadata.distributions():
        name = normalised(distribution.metadata["Name"] or "")
        # The first on sys.path is the one that is imported.
        if not name or name in seen:
            continue
        seen.add(name)
        for module in _modules_of(distribution):
            found.setdefault(module, []).append(distribution)
    return found


def _modules_of(distribution: metadata.Distribution) -> Set[str]:
    text = distribution.read_text("top_level.txt")
    if text:
        return set(text.split())
    tops = set()
    for file in distribution.files or ():
        top = file.parts[0]
        if top.endswith((".dist-info", ".egg-info", ".data")) or top in ("..", "__pycache__"):
            continue
        if len(file.parts) > 1:
            tops.add(top)
        elif file.suffix in (".py", ".so", ".pyd"):
            tops.add(top.split(".")[0])
    return tops


def distribution_of(module: str) -> Optional[metadata.Distribution]:
    """The distribution that a module came with, or None. Of several that share a namespace, the one with its file."""
    found = _by_module().get(module.split(".")[0], [])
    if len(found) < 2:
        return found[0] if found else None
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = "/".join(parts[:length])
        for distribution in found:
            if any(str(file).startswith((f"{prefix}/", f"{prefix}.")) for file in distribution.files or ()):
                return distribution
    return found[0]


def source_of(distribution: metadata.Distribution) -> Dict[str, Any]:
    """`direct_url.json` (PEP 610): where a distribution that is from no index came from; else empty."""
    text = distribution.read_text("direct_url.json")
    found: Dict[str, Any] = json.loads(text) if text else {}
    return found


def is_editable(distribution: metadata.Distribution) -> bool:
    return bool(source_of(distribution).get("dir_info", {}).get("editable"))


def is_installed_file(path: Path) -> bool:
    """Whether a file lies where installers put things, not in a project of one's own."""
    return any(part in ("site-packages", "dist-packages") for part in path.parts)


def pins_of(modules: Iterable[str]) -> Tuple[List[str], List[str]]:
    """
    Lines `name==version` for the distributions of these modules and everything installed that they need, sorted; and
    notes on what is not pinned as it is. Raises REQUIREMENTS_INVALID for what no index has.
    """
    pins: Dict[str, str] = {}
    notes: List[str] = []
    waiting = [found for found in map(distribution_of, sorted(set(modules))) if found is not None and not is_editable(found)]
    while waiting:
        distribution = waiting.pop()
        name = normalised(distribution.metadata["Name"])
        if name in pins or name in _TOOLS:
            continue
        pins[name] = _public_version(distribution, notes)
        waiting.extend(_needed_by(distribution))
    return [f"{name}=={version}" for name, version in sorted(pins.items())], notes


def _public_version(distribution: metadata.Distribution, notes: List[str]) -> str:
    name, version = distribution.metadata["Name"], distribution.version
    source = source_of(distribution)
    if source:
        raise PlimsollError(
            "REQUIREMENTS_INVALID",
            f'Cannot pin "{name}": it was installed from {source.get("url")}, not from an index, so that '
            f'"{name}=={version}" would install something else or nothing.',
            "Publish it to your index and install it from there; or pass requirements= with the pins to use, and "
            "code= with the folder of its modules.",
        )
    public, _, local = version.partition("+")
    if local:
        notes.append(f"{name}: {version} is installed here, {public} is pinned, since an index has no local versions")
    return public


def _needed_by(distribution: metadata.Distribution) -> List[metadata.Distribution]:
    found = []
    for line in distribution.requires or ():
        requirement, _, marker = line.partition(";")
        if marker and not _applies(marker):
            continue
        name = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
        try:
            found.append(metadata.distribution(name.group(0) if name else ""))
        except (metadata.PackageNotFoundError, ValueError):
            continue
    return found


@functools.lru_cache(maxsize=1)
def _marker_environment() -> Dict[str, str]:
    """Variables of markers (PEP 508); no extra is wanted."""
    return {
        "python_version": ".".join(map(str, sys.version_info[:2])),
        "python_full_version": platform.python_version(),
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_system": platform.system(),
        "platform_release": platform.release(),
        "platform_version": platform.version(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
        "implementation_version": platform.python_version(),
        "extra": "",
    }


def _applies(marker: str) -> bool:
    """Whether a marker holds here. One that cannot be read does: only what is installed is pinned anyway."""
    try:
        # `~=` is the only sign that Python's own grammar lacks; it is a `>=` with an upper end that is rarely met.
        return _holds(ast.parse(marker.strip().replace("~=", ">="), mode="eval").body)
    except (SyntaxError, ValueError, KeyError):
        return True


def _holds(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        parts = [_holds(value) for value in node.values]
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        raise ValueError("no marker")
    left, right = _operand(node.left), _operand(node.comparators[0])
    operator = type(node.ops[0]).__name__
    if operator in ("In", "NotIn"):
        return (left in right) == (operator == "In")
    a, b = _comparable(left, right)
    return bool({"Eq": a == b, "NotEq": a != b, "Lt": a < b, "LtE": a <= b, "Gt": a > b, "GtE": a >= b}[operator])


def _operand(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return _marker_environment()[node.id]
    raise ValueError("no operand of a marker")


def _comparable(left: str, right: str) -> Tuple[Any, Any]:
    """Versions as numbers, all else as text."""
    if re.match(r"\d", left) and re.match(r"\d", right):
        a, b = ([int(part) for part in re.findall(r"\d+", text)] for text in (left, right.replace(".*", "")))
        length = max(len(a), len(b))
        return a + [0] * (length - len(a)), b + [0] * (length - len(b))
    return left, right


_EXACT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*==\s*[A-Za-z0-9][A-Za-z0-9.!+_-]*\s*(;.*)?$")


def exact_lines(requirements: Any) -> List[str]:
    """The lines of a requirements file, or of a list, each of which has to be an exact pin; raises REQUIREMENTS_INVALID."""
    if isinstance(requirements, (str, os.PathLike)):
        text = Path(requirements).read_text(encoding="utf-8")
    else:
        text = "\n".join(str(line) for line in requirements)
    kept = []
    for line in text.replace("\\\n", " ").splitlines():
        pin = re.sub(r"(^|\s)#.*$", "", line).strip()
        pin = re.sub(r"\s+--hash=\S+", "", pin).strip()
        # `pip freeze` lists this package, too, which comes with every server.
        if not pin or re.match(r"plimsoll[-_.]+ml(?![A-Za-z0-9._-])", pin, re.IGNORECASE):
            continue
        if not _EXACT.match(pin) or "*" in pin.split(";")[0]:
            raise PlimsollError(
                "REQUIREMENTS_INVALID",
                f'Cannot take the requirement "{pin}": it names no exact version.',
                "Write name==version on every line, as `pip freeze` or `uv pip compile` do.",
            )
        kept.append(pin)
    return sorted(kept, key=str.lower)
