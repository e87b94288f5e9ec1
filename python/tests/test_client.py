"""The client against a real server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

pandas = pytest.importorskip("pandas")
numpy = pytest.importorskip("numpy")
pytest.importorskip("sklearn")

from sklearn.linear_model import LogisticRegression

import plimsoll
from plimsoll import PlimsollError

ROOT = Path(__file__).parents[2]
FRAME = pandas.DataFrame({"a": numpy.linspace(-1, 1, 40), "b": numpy.arange(40) % 5})
LABELS = numpy.where(FRAME["a"] > 0, "up", "down")


@pytest.fixture(scope="module")
def model():
    return LogisticRegression().fit(FRAME, LABELS)


@pytest.fixture(scope="module")
def url(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    import joblib

    joblib.dump(model, folder / "trend.joblib")
    command = ["node", str(ROOT / "bin/plimsoll.js"), "serve", str(folder / "trend.joblib"), "--port", "0", "--data", str(folder / "data")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "NO_COLOR": "1"})
    said = ""
    for line in child.stdout:
        said += line
        found = re.search(r"http://[\w.]+:[1-9]\d*", line)
        if found:
            break
    else:
        pytest.fail(f"the server ended: {said}")
    yield found.group(0)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=30)


@pytest.fixture
def client(url):
    with plimsoll.Client(url) as client:
        yield client


@pytest.mark.parametrize(
    "rows",
    [FRAME, FRAME.to_numpy(), FRAME.to_numpy().tolist(), FRAME.to_dict("records")],
    ids=["frame", "array", "lists", "dicts"],
)
def test_rows_of_every_kind_are_answered_as_the_model_does(client, model, rows):
    answer = client.predict(rows)
    assert answer.predictions == model.predict(FRAME).tolist()
    assert numpy.allclose(answer.probabilities, model.predict_proba(FRAME), rtol=1e-9)
    assert (answer.model, answer.version) == ("trend", 1) and answer.request_id


def test_one_row_may_be_a_dict_and_a_version_be_named(client):
    assert client.predict({"a": 0.5, "b": 2}, model="trend", version=1, unit="ann").predictions == ["up"]


def test_a_bad_cell_is_named(client):
    with pytest.raises(PlimsollError) as caught:
        client.predict([{"a": 1.0, "b": "two"}])
    error = caught.value
    assert (error.code, error.status) == ("INPUT_INVALID", 422)
    assert "rows.0.b" in error.message and error.details[0]["loc"] == ["body", "rows", 0, "b"]


def test_an_error_has_the_servers_code_and_hint(client):
    with pytest.raises(PlimsollError) as caught:
        client.predict([[1, 2]], model="nobody")
    assert caught.value.code == "MODEL_NOT_FOUND" and caught.value.hint and caught.value.status == 404


def test_models_and_versions_are_listed(client):
    assert [model["name"] for model in client.models()] == ["trend"]
    version = client.version("trend", 1)
    assert version["version"] == 1 and version["state"] == "ready"


def test_feedback_is_taken(client):
    answer = client.predict(FRAME.head(1))
    assert client.feedback("trend", request_id=answer.request_id, label="up") == 1
    assert client.feedback("trend", unit="ann", metric="spend", value=3.5, at="2026-01-01T00:00:00Z") == 1
