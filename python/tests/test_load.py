"""Which folders `plimsoll.load` takes, and what it says of the others."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest

pytest.importorskip("sklearn")

import pandas

import plimsoll
from plimsoll import PlimsollError, VersionMismatch
from plimsoll.replay import replay

SCHEMA_0 = Path(__file__).parent / "fixtures/schema-0"


@pytest.fixture
def copy(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def rewrite(folder, **changes):
    path = folder / "plimsoll.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refusal(folder, **options):
    with pytest.raises(PlimsollError) as caught:
        plimsoll.load(folder, **options)
    return caught.value


def test_the_model_comes_back_without_a_warning_under_the_same_versions(saved, pipeline, churn):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = plimsoll.load(saved)
    assert (model.predict(churn[0]) == pipeline.predict(churn[0])).all()


def test_golden_rows_give_the_same_answers_after_the_way_through_json(saved):
    assert replay(saved) == []


def test_a_folder_of_an_older_schema_loads_and_says_what_differs():
    with pytest.warns(VersionMismatch) as caught:
        model = plimsoll.load(SCHEMA_0)
    said = next(each.message for each in caught if isinstance(each.message, VersionMismatch)).differences
    assert said[0].startswith("python: saved with 3.9.18, here ")
    assert any(line.startswith("scikit-learn: saved with 1.2.2, here ") for line in said)
    assert model.predict(pandas.DataFrame({"a": [1.0], "b": [2.0]})).tolist() == [0.5]
    assert replay(SCHEMA_0) == []


def test_strict_refuses_other_versions():
    error = refusal(SCHEMA_0, strict=True)
    assert error.code == "VERSION_MISMATCH" and "scikit-learn: saved with 1.2.2" in error.message
    assert "requirements.txt" in error.hint


def test_a_newer_schema_is_refused_with_what_to_do(copy):
    rewrite(copy, schema=2)
    error = refusal(copy)
    assert error.code == "SCHEMA_UNKNOWN" and "/clients/python/" in error.hint


def test_a_file_that_was_changed_is_refused_before_it_is_read(copy):
    path = copy / "model.joblib"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    error = refusal(copy)
    assert error.code == "SAVED_INVALID" and '"model.joblib" is not the file that was saved' in error.message


def test_a_file_that_is_missing_is_named(copy):
    (copy / "code/helpers_of_tests.py").unlink()
    assert '"code/helpers_of_tests.py" is missing' in refusal(copy).message


@pytest.mark.parametrize("path", ["../elsewhere.joblib", "/etc/passwd"])
def test_a_path_that_leads_out_of_the_folder_is_refused(copy, path):
    rewrite(copy, model={"path": path, "format": "joblib", "class": "x"})
    error = refusal(copy)
    assert error.code == "SAVED_INVALID" and "outside" in error.message


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "plimsoll-model", "schema": 1}', '{"kind": "plimsoll-model", "schema": "1"}'])
def test_a_manifest_that_is_none_is_refused(copy, content):
    (copy / "plimsoll.json").write_text(content)
    assert refusal(copy).code == "SAVED_INVALID"


def test_a_distribution_that_is_not_here_is_named(copy):
    pins = copy / "requirements.txt"
    pins.write_text(pins.read_text() + "no-such-library==1.0\n")
    document = json.loads((copy / "plimsoll.json").read_text())
    from plimsoll.manifest import files_below

    rewrite(copy, files=files_below(copy))
    assert document["files"] != files_below(copy)
    with pytest.warns(VersionMismatch, match="no-such-library: saved with 1.0, not installed here"):
        plimsoll.load(copy)
