"""`plimsoll.save`: a trained model → one folder that loads and answers alike anywhere."""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Union

import plimsoll
from plimsoll import manifest as manifests
from plimsoll.distributions import exact_lines, pins_of
from plimsoll.errors import PlimsollError
from plimsoll.frameworks import Framework, class_name, framework_of
from plimsoll.frameworks.torch import input_name
from plimsoll.frameworks.wrapper import FOLDER
from plimsoll.golden import ROWS, TOLERANCES, answers_of, expected_of, golden_of
from plimsoll.modules import Modules, modules_of, split
from plimsoll.pickled import Global, globals_of, unpicklable
from plimsoll.reference import write_reference
from plimsoll.replay import check_alone
from plimsoll.sample import Sample, read_sample
from plimsoll.signature import signature_of

AnyPath = Union[str, "os.PathLike[str]"]


def save(
    model: Any,
    path: AnyPath,
    sample: Any,
    *,
    expected: Any = None,
    code: Union[AnyPath, Sequence[AnyPath]] = (),
    requirements: Union[AnyPath, Sequence[str], None] = None,
    reference: Any = None,
    tolerance: Optional[Mapping[str, float]] = None,
    name: Optional[str] = None,
    overwrite: bool = False,
    check: bool = True,
) -> Path:
    """Writes the model and everything that it needs into the new folder `path`, and answers that path.

    - `sample`: rows as the model was fitted with (DataFrame, array, list of texts, dict of arrays). The signature is
      read from them, and up to 100 are kept with what the model answers: they are replayed wherever it is loaded.
    - `expected`: outputs for every row of the sample, where others than the model's own of today shall be kept.
    - `code`: modules or packages that travel with it, besides those that its pickle is found to need.
    - `requirements`: pins (`name==version`), or a file of them, instead of those that are found.
    - `reference`: rows of the training data, to compare traffic with; the sample, if not given.
    - `tolerance`: {"rtol", "atol"} within which numbers count as the same.
    - `name`: what the model is called where it is registered.
    - `overwrite`: replaces a folder that `save` wrote before.
    - `check`: loads the folder in a fresh process and replays the rows before anything is put at `path`.

    Raises PlimsollError; nothing is left behind then.
    """
    target = Path(path)
    _refuse_existing(target, overwrite)
    framework = framework_of(model)
    if framework is None:
        raise PlimsollError(
            "MODEL_UNSUPPORTED",
            f"Cannot save a {type(model).__name__}: it has no predict, and is of no library that is known here.",
            "Save the fitted model, or an object with a method `predict(rows)`.",
        )
    tensors = framework.name in ("torch", "keras", "tensorflow")
    described = read_sample(sample, tensors, input_name(model) if framework.name == "torch" else "input")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that it can be moved there at once.
    folder = target.parent / f".{target.name}.{secrets.token_hex(4)}.tmp"
    folder.mkdir()
    try:
        parts = _write_model(framework, model, folder, described, split(code))
        written = _write_rows(framework, model, folder, described, expected, tolerance, reference)
        _write_requirements(folder, parts, requirements)
        _write_manifest(folder, framework, model, described, parts, {**written, **({"name": name} if name else {})})
        if check:
            check_alone(folder)
        _move(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return target


class _Parts(NamedTuple):
    """What writing the model has told: where it is, how it is read, which modules it needs."""

    path: str
    format: str
    modules: Modules
    code: List[str]


def _refuse_existing(target: Path, overwrite: bool) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if overwrite and (target / manifests.NAME).is_file():
        return
    raise PlimsollError(
        "PATH_EXISTS",
        f'Cannot save to "{target}": it is there already'
        + (" and is no saved model, so it is not overwritten." if overwrite else "."),
        "Choose another path." if overwrite else "Choose another path, or pass overwrite=True to replace a saved model.",
    )


def _write_model(framework: Framework, model: Any, folder: Path, sample: Sample, code: Tuple[Any, ...]) -> _Parts:
    # Looked at before it is written: what cannot travel is refused in words, not by an exception of pickle's.
    pickled = framework.name in ("scikit-learn", "python")
    needed = globals_of(model) if pickled else set()
    modules = modules_of(needed, (), code)
    try:
        path, format = framework.save(model, folder, sample.data)
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise unpicklable(model, error) from error
    roots = _roots(framework, folder, format, sample)
    for module, name in sorted(() if pickled else _other_globals(model, folder / path, format)):
        modules.need(module, f"the class or function {module}.{name}")
    for module in sorted(roots):
        modules.need(module, "the model's framework")
    copied = [f"code/{file}" for file in modules.copy_to(folder / "code")]
    return _Parts(path, format, modules, copied)


def _roots(framework: Framework, folder: Path, format: str, sample: Sample) -> Set[str]:
    """Modules of libraries that are needed whatever the pickle says."""
    roots = {framework.module} if framework.module else set()
    if format == "joblib":
        roots.add("joblib")
    if (folder / FOLDER).is_dir() and framework.name in ("xgboost", "lightgbm"):
        roots.add("sklearn")
    if framework.name in ("keras", "tensorflow"):
        roots |= _backend_of_keras(format)
    if sample.call["container"] == "frame":
        roots.add("pandas")
    if sample.call["container"] != "list":
        roots.add("numpy")
    return roots


def _backend_of_keras(format: str) -> Set[str]:
    if format == "savedmodel":
        return {"tensorflow"}
    import keras

    return {str(keras.backend.backend())}


def _other_globals(model: Any, path: Path, format: str) -> Set[Global]:
    """What a file that is no plain pickle needs: classes of a pickled torch module, custom layers of Keras."""
    if format == "joblib":
        return globals_of(model)
    if format == "torch" and path.suffix == ".pt":
        from plimsoll.frameworks.torch_files import is_script

        return set() if is_script(path) else globals_of(model)
    if format == "keras":
        with zipfile.ZipFile(path) as archive:
            return set(_custom_layers(json.loads(archive.read("config.json"))))
    return set()


def _custom_layers(config: Any) -> List[Global]:
    """Classes that a `.keras` file names and that are not Keras's own."""
    if isinstance(config, list):
        return [found for item in config for found in _custom_layers(item)]
    if not isinstance(config, dict):
        return []
    found = [each for item in config.values() for each in _custom_layers(item)]
    module, kind = config.get("module"), config.get("class_name")
    if isinstance(module, str) and isinstance(kind, str) and module.split(".")[0] not in ("keras", "builtins"):
        found.append((module, kind))
    return found


def _write_rows(
    framework: Framework,
    model: Any,
    folder: Path,
    sample: Sample,
    expected: Any,
    tolerance: Optional[Mapping[str, float]],
    reference: Any,
) -> Dict[str, Any]:
    rows = sample.chosen(ROWS)
    answers = answers_of(framework, model, sample.take(rows))
    signature = signature_of(framework, model, sample, answers)
    kept = answers if expected is None else expected_of(expected, answers, sample, rows)
    allowed = dict(tolerance) if tolerance is not None else TOLERANCES.get(framework.name)
    golden = golden_of(sample, rows, kept, allowed)
    _write_json(folder / "golden.json", golden)
    return {
        "signature": signature,
        "golden": "golden.json",
        "reference": write_reference(folder, sample, reference),
    }


def _write_requirements(folder: Path, parts: _Parts, requirements: Any) -> None:
    lines, notes = pins_of(parts.modules.installed) if requirements is None else (exact_lines(requirements), [])
    text = "".join([*(f"# {note}\n" for note in notes), *(f"{line}\n" for line in lines)])
    (folder / "requirements.txt").write_text(text, encoding="utf-8")


def _write_manifest(
    folder: Path, framework: Framework, model: Any, sample: Sample, parts: _Parts, written: Dict[str, Any]
) -> None:
    document = {
        "kind": manifests.KIND,
        "schema": manifests.SCHEMA,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "plimsoll": plimsoll.__version__,
        "python": platform.python_version(),
        "framework": {"name": framework.name, "version": framework.version()},
        "model": {"path": parts.path, "format": parts.format, "class": class_name(model)},
        "call": sample.call,
        **written,
        "requirements": "requirements.txt",
        "code": parts.code,
        "files": manifests.files_below(folder),
    }
    _write_json(folder / manifests.NAME, document)


def _write_json(path: Path, document: Dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _move(folder: Path, target: Path) -> None:
    """Puts the folder in its place; one that is replaced is moved aside first and comes back if that fails."""
    if not target.exists():
        folder.rename(target)
        return
    aside = target.parent / f".{target.name}.{secrets.token_hex(4)}.old"
    target.rename(aside)
    try:
        folder.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
