"""Modules that a model needs: which are of the standard library or installed, and which have to travel with it."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from plimsoll.distributions import distribution_of, is_editable, is_installed_file
from plimsoll.errors import PlimsollError
from plimsoll.pickled import Global

_FILES_LIMIT = 10_000
_BYTES_LIMIT = 256 * 1024 * 1024


class Modules:
    """What has been found so far: `sources` (top-level name → file or folder) and `installed` (modules to pin)."""

    def __init__(self, code: Sequence[Any] = ()) -> None:
        self.sources: Dict[str, Path] = {}
        self.installed: Set[str] = set()
        self._read: Set[Path] = set()
        for entry in code:
            self._add_given(Path(entry))

    def need(self, module: str, by: str) -> None:
        """Takes a module that is needed; raises MODULE_MISSING, naming who needs it."""
        if module == "__main__":
            raise _in_main(by)
        if not self._find(module):
            raise PlimsollError(
                "MODULE_MISSING",
                f'Cannot save: module "{module}", which {by} needs, is neither of the standard library, nor of an '
                "installed distribution, nor found as a file.",
                f'Pass code=["path/to/{module.split(".")[0]}.py"], or the folder of the package.',
            )

    def _add_given(self, path: Path) -> None:
        if not path.exists():
            raise PlimsollError("CODE_INVALID", f'Cannot find the code "{path}".', "Give paths of modules or packages that exist.")
        if path.is_file() and path.suffix != ".py":
            raise PlimsollError("CODE_INVALID", f'Cannot take "{path}" as code: it is no .py file.', "Give .py files or folders.")
        path = path.resolve()
        name = path.stem if path.is_file() else path.name
        if not name.isidentifier():
            raise PlimsollError("CODE_INVALID", f'Cannot take "{path}" as code: "{name}" cannot be imported.', "Rename it.")
        self.sources[name] = path
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            self._read_imports(file, name)

    def _find(self, module: str) -> bool:
        top = module.split(".")[0]
        if top in self.sources:
            self._follow(module)
            return True
        # Every worker has this package.
        if is_standard(top) or top == "plimsoll":
            return True
        place = _place_of(top)
        distribution = distribution_of(module)
        if distribution is not None and not is_editable(distribution) and (place is None or is_installed_file(place)):
            self.installed.add(module)
            return True
        if place is None:
            return False
        if is_installed_file(place):
            # A file among the installed ones that no distribution knows: it was put there by hand.
            self.installed.add(module)
        self.sources[top] = place
        self._follow(module)
        return True

    def _follow(self, module: str) -> None:
        """Reads the imports of a module of one's own, and of the packages around it."""
        top, *rest = module.split(".")
        place = self.sources[top]
        if place.is_file():
            self._read_imports(place, top)
            return
        self._read_imports(place / "__init__.py", top)
        for at, part in enumerate(rest):
            folder = place.joinpath(*rest[:at])
            self._read_imports(folder / f"{part}.py", ".".join([top, *rest[:at]]))
            self._read_imports(folder / part / "__init__.py", ".".join([top, *rest[: at + 1]]))

    def _read_imports(self, file: Path, package: str) -> None:
        """`package`: what relative imports in the file start from."""
        if file in self._read or not file.is_file():
            return
        self._read.add(file)
        try:
            tree = ast.parse(file.read_bytes(), str(file))
        except SyntaxError as error:
            raise PlimsollError("CODE_INVALID", f'Cannot read "{file}": {error}.', "Mend it, then save again.") from error
        for module in imports_in(tree, package):
            # What is not found may be meant to be missing (`try: import …`); what this process did import is needed.
            if not self._find(module) and module in sys.modules:
                self.need(module, f'"{file.name}"')

    def copy_to(self, folder: Path) -> List[str]:
        """Copies the sources below `folder`; answers their relative paths, sorted."""
        counted = 0
        for name, source in self.sources.items():
            files = [source] if source.is_file() else list(_files_below(source))
            counted += len(files)
            size = sum(file.stat().st_size for file in files)
            if counted > _FILES_LIMIT or size > _BYTES_LIMIT:
                raise PlimsollError(
                    "CODE_INVALID",
                    f'Cannot copy "{source}": it holds {len(files)} files and {size} bytes, which is no package of code.',
                    "Pass code= with the folder of the package alone.",
                )
            for file in files:
                target = folder / (file.name if source.is_file() else Path(name) / file.relative_to(source))
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def modules_of(needed: Iterable[Global], roots: Iterable[str], code: Sequence[Any]) -> Modules:
    """Everything that the globals of a pickle and `roots` (modules of libraries) need."""
    found = Modules(code)
    for module, name in sorted(needed):
        found.need(module, f"the class or function {module}.{name}")
    for module in roots:
        found.need(module, "the model's framework")
    return found


def is_standard(top: str) -> bool:
    """Whether a top-level module is of the standard library."""
    names: Optional[Any] = getattr(sys, "stdlib_module_names", None)
    if names is not None:
        return top in names
    if top in sys.builtin_module_names:
        return True
    place = _place_of(top)
    paths = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    return place is not None and not is_installed_file(place) and any(path in place.parents for path in paths)


def _place_of(top: str) -> Optional[Path]:
    """File of a module, or folder of a package; None where there is none."""
    module = sys.modules.get(top)
    spec = getattr(module, "__spec__", None)
    if spec is None:
        try:
            spec = importlib.util.find_spec(top)
        except (ImportError, ValueError):
            spec = None
    folders = list(getattr(spec, "submodule_search_locations", None) or [])
    if folders:
        return Path(folders[0]).resolve()
    origin = getattr(spec, "origin", None) or getattr(module, "__file__", None)
    path = Path(origin) if origin else None
    return path.resolve() if path is not None and path.is_file() else None


def imports_in(tree: ast.AST, package: str) -> List[str]:
    """Modules that a file imports, anywhere in it; `from a import b` may mean the module a.b, so both are named."""
    found: List[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base_of(node, package)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*")]
    return [name for name in found if name]


def _base_of(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    parts = package.split(".")
    kept = parts[: len(parts) - (node.level - 1)]
    return ".".join([*kept, *((node.module or "").split(".") if node.module else [])])


def _files_below(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path


def _in_main(by: str) -> PlimsollError:
    return PlimsollError(
        "MODULE_MISSING",
        f"Cannot save: {by} is defined in a notebook or in the script itself, which no other process can import.",
        "Move it into a module of its own, say features.py, import it from there, fit the model again, and pass "
        'code=["features.py"].',
    )


def split(code: Any) -> Tuple[Any, ...]:
    """`code` as a tuple: one path may be given without a list."""
    return (code,) if isinstance(code, (str, Path)) else tuple(code)
