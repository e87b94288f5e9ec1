"""Bodies that a script reads, and answers that it writes, itself: on the standard library alone."""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parents[1])]

from plimsoll.worker.values import Matrix  # noqa: E402
from test_scripts import start  # noqa: E402, F401


def rows(*values: float) -> Matrix:
    return Matrix(len(values), 1, None, array("d", values))


ECHO = """
import json
def model_fn(model_dir): return 10
def input_fn(body, content_type):
    if content_type not in ("application/json", "application/octet-stream", "text/plain"):
        raise ValueError("Unsupported content type: " + content_type)
    print("got", type(body).__name__, content_type)
    if content_type == "application/json":
        return [row[0] for row in json.loads(body)]
    found = [float(each) for each in bytes(body).split()]
    if min(found) < 0: raise ValueError("below 0")
    return found
def predict_fn(data, model): return [model * each for each in data]
"""
CSV = """
def output_fn(prediction, accept):
    if accept not in ("text/csv", "application/json"):
        raise RuntimeError("accept header is not supported")
    return "\\n".join(str(each) for each in prediction) + "\\n", "text/csv"
"""


def test_it_says_which_ends_are_its_own(start: Any) -> None:  # noqa: F811
    assert start(ECHO + CSV).first["described"]["raw"] == {"input": True, "output": True}
    assert start(ECHO).first["described"]["raw"] == {"input": True, "output": False}
    assert start("class Model:\n    def predict(self, rows): return rows").first["described"]["raw"] is None


def test_a_body_comes_as_it_is_and_the_answer_goes_as_it_is(start: Any) -> None:  # noqa: F811
    worker = start(ECHO + CSV)
    assert worker.invoke(b"1 2", "text/plain", "application/json") == (b"10.0\n20.0\n", "text/csv")
    assert worker.invoke(b"[[1], [2]]", "application/json", "text/csv") == (b"10\n20\n", "text/csv")
    assert worker.invoke(b"3", "application/octet-stream", "text/csv") == (b"30.0\n", "text/csv")
    # The toolkit decodes JSON and CSV, nothing else.
    assert "got bytes text/plain\ngot str application/json\ngot bytes application/octet-stream" in worker.close()


def test_a_script_that_only_reads_answers_outputs_and_one_that_only_writes_gets_rows(start: Any) -> None:  # noqa: F811
    assert list(start(ECHO).invoke(b"1 2 3", "text/plain")["predict"].data) == [10.0, 20.0, 30.0]
    worker = start("def model_fn(d): return None\ndef predict_fn(data, model): return [row[0] for row in data]" + CSV)
    assert worker.invoke(rows(1.0, 2.0), accept="text/csv") == (b"1.0\n2.0\n", "text/csv")


@pytest.mark.parametrize(
    ("body", "kind", "accept", "stage", "message"),
    [
        (b"a", "application/x-npy", "text/csv", "content-type", "Unsupported content type: application/x-npy"),
        (b"-1", "text/plain", "text/csv", "rows", "below 0"),
        (b"\xff", "application/json", "text/csv", "rows", "the body is no application/json in UTF-8"),
        (b"1", "text/plain", "image/png", "accept", "accept header is not supported"),
        (b"{}", "application/json", "text/csv", "code", "0"),
    ],
)
def test_what_is_refused_says_which_end(start: Any, body: bytes, kind: str, accept: str, stage: str, message: str) -> None:  # noqa: F811
    error = start(ECHO.replace("json.loads(body)]", "json.loads(body)[0:]]") + CSV).invoke(body, kind, accept)
    assert (error["stage"], stage == "code" or error["message"]) == (stage, stage == "code" or message), error


def test_no_answer_to_a_type_is_a_refusal_of_it(start: Any) -> None:  # noqa: F811
    error = start("def model_fn(d): return 1\ndef input_fn(body, kind):\n    if kind == 'text/csv': return body\ndef predict_fn(d, m): return d").invoke(b"1", "text/plain")
    assert (error["stage"], error["message"]) == ("content-type", "input_fn answers None")


TRANSFORM = """
import json
def model_fn(d): return 2
def transform_fn(model, body, content_type, accept, context):
    if body == b"bytes": return b"\\x00\\xff", "application/octet-stream"
    if body == b"object": return {"kind": content_type}
    if body == b"nothing": return None
    if body == b"split": return "x", "text/plain\\r\\nset-cookie: a"
    if body == b"wrong": return object()
    if body == b"value": raise ValueError("of the model")
    return json.dumps([context.get_request_header(0, "content-type"), context.request_property["Accept"], context.system_properties["model_dir"][-5:]])
"""


def test_transform_fn_gets_and_gives_anything(start: Any) -> None:  # noqa: F811
    worker = start(TRANSFORM)

    def ask(body: bytes, accept: str = "text/csv, */*;q=0.1") -> Any:
        return worker.invoke(body, "text/plain", accept)

    assert ask(b"bytes") == (b"\x00\xff", "application/octet-stream")
    content, kind = ask(b"else")
    assert (json.loads(content), kind) == (["text/plain", "text/csv, */*;q=0.1", "model"], "text/csv")
    assert ask(b"object", "application/json") == (b'{"kind": "text/plain"}', "application/json")
    # What a client accepts is no mistake of the script.
    for accept in ("image/*", "\u00e9", "*/*;q=0.5, text/csv"):
        assert ask(b"object", accept)[1] == "application/json"
    for body, words in ((b"nothing", "None"), (b"split", "content type"), (b"wrong", "object")):
        error = ask(body)
        assert error["stage"] == "output" and words in error["message"], error
    assert ask(b"value")["stage"] == "code"


def test_a_script_around_a_compiled_model_reads_and_writes(start: Any) -> None:  # noqa: F811
    worker = start(
        "def input_fn(body, kind): return [[float(each)] for each in body.split()]\n"
        "def output_fn(scores, accept): return b';'.join(str(each).encode() for each in scores)",
        around=True,
    )
    assert worker.first["described"]["raw"] == {"input": True, "output": True}
    answer = worker.ask("read", [b"1 2"], contentType="text/plain", accept="text/plain", attributes=None)
    from plimsoll.worker import values

    batch = values.read_batch(answer.header["batch"], answer.buffers)
    assert (batch.rows, batch.width) == (2, 1)
    headers, buffers = values.write_outputs({"predict": values.Tensor("predict", "float64", (2,), array("d", [1, 2]))})
    answer = worker.ask("write", buffers, outputs=headers, contentType="text/plain", accept="text/plain", attributes=None)
    assert (answer.header["kind"], bytes(answer.buffers[0])) == ("written", b"1.0;2.0")


def test_a_header_that_is_no_text_ends_the_worker(start: Any) -> None:  # noqa: F811
    worker = start(ECHO)
    worker.channel.send({"kind": "invoke", "id": 7, "contentType": 3}, [b"1"])
    assert "`contentType` is 3" in worker.log()


def test_json_of_a_script_has_no_word_that_json_has_not(start: Any) -> None:  # noqa: F811
    worker = start(
        "def model_fn(model_dir): return None\n"
        "def transform_fn(model, body, kind, accept):\n"
        "    return {'a': [float('nan'), float('-inf'), 1.5], 'b': 'NaN'}, accept\n"
    )
    written, kind = worker.invoke(b"1", "text/plain", "application/json")
    assert (json.loads(written), kind) == ({"a": [None, "-Infinity", 1.5], "b": "NaN"}, "application/json")
