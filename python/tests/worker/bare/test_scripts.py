"""The forms of scripts, on the standard library alone."""

from __future__ import annotations

import gzip
import sys
import zlib
from array import array
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parents[1])]

from plimsoll.worker.values import Column, Matrix, Table  # noqa: E402
from worker import Worker  # noqa: E402


@pytest.fixture()
def start(tmp_path: Path) -> Any:
    (tmp_path / "root" / "model").mkdir(parents=True)
    (tmp_path / "scratch").mkdir()
    (tmp_path / "root" / "model" / "factor.txt").write_text("3")
    started = []

    def begin(script: str, **load: Any) -> Worker:
        root = tmp_path / "root"
        (root / "inference.py").write_text(script)
        load = dict({"model": str(root / "model")}, **load)
        worker = Worker(root, tmp_path / "scratch", script=str(root / "inference.py"), packages=str(root), **load)
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.close()


def rows(*values: float) -> Matrix:
    return Matrix(len(values), 1, None, array("d", values))


FUNCTIONS = """
import json, os
def model_fn(model_dir, context):
    return float(open(os.path.join(model_dir, "factor.txt")).read())
def input_fn(body, content_type):
    assert content_type == "application/json", content_type
    return [row[0] for row in json.loads(body)]
def predict_fn(data, model, context):
    print("predicting", len(data))
    return [model * each for each in data]
def output_fn(prediction, accept):
    return json.dumps({"predictions": prediction}), accept
"""


def test_functions_of_sagemaker_with_and_without_context(start: Any) -> None:
    worker = start(FUNCTIONS)
    assert worker.first["described"]["form"] == "functions", worker.first
    assert list(worker.infer(rows(1.0, 2.0))["predict"].data) == [3.0, 6.0]
    assert "predicting 2" in worker.close()


def test_what_goes_before_and_after_model_fn(start: Any) -> None:
    worker = start(
        "import os\nSTEPS = []\n"
        "def pre_model_fn(model_dir): STEPS.append(os.path.basename(model_dir))\n"
        "def model_fn(model_dir): STEPS.append('model'); return 7\n"
        "def model_warmup_fn(model_dir, model, context): STEPS.append(model)\n"
        "def predict_fn(data, model): return [str(STEPS)]"
    )
    assert worker.infer(rows(1.0))["predict"].data == ["['model', 'model', 7]"]


def test_input_fn_that_wants_csv_gets_it(start: Any) -> None:
    script = FUNCTIONS.replace('"application/json", content_type', '"text/csv", content_type').replace(
        "[row[0] for row in json.loads(body)]", "[float(line) for line in body.split()]"
    )
    worker = start(script)
    assert list(worker.infer(rows(1.0, 2.0))["predict"].data) == [3.0, 6.0]


@pytest.mark.parametrize(
    "refusal",
    [
        "raise ValueError('Unsupported content type: ' + content_type)",
        "raise NotImplementedError()",
        "raise RuntimeError('only text/csv is taken, not ' + content_type)",
        "assert content_type == 'text/csv'",
        "return None",
    ],
)
def test_csv_is_tried_where_the_script_refuses_json_and_stays(start: Any, refusal: str) -> None:
    worker = start(
        "def model_fn(d): return 1\ndef predict_fn(data, model): return data\n"
        f"def input_fn(body, content_type):\n    if content_type != 'text/csv':\n        print('asked'); {refusal}\n"
        "    return [float(line) for line in body.split()]\n"
    )
    for _ in range(2):
        assert list(worker.infer(rows(1.0, 2.0))["predict"].data) == [1.0, 2.0]
    log = worker.close()
    assert log.count("asked") == 1 and "it gets text/csv from now on" in log


def test_bad_rows_are_no_reason_to_try_csv(start: Any) -> None:
    worker = start(
        "import json\ndef model_fn(d): return 1\ndef predict_fn(data, model): return data\n"
        "def input_fn(body, content_type):\n    print('asked', content_type)\n    found = [row[0] for row in json.loads(body)]\n"
        "    if min(found) < 0: raise ValueError('below 0')\n    return found\n"
    )
    error = worker.infer(rows(-1.0))
    assert (error["stage"], error["message"]) == ("rows", "below 0")
    assert list(worker.infer(rows(1.0))["predict"].data) == [1.0]
    assert "text/csv" not in worker.close()


def test_transform_fn(start: Any) -> None:
    worker = start("import json\ndef model_fn(d): return 2\ndef transform_fn(m, body, kind, accept): return json.dumps([m * r[0] for r in json.loads(body)])")
    assert list(worker.infer(rows(1.0))["predict"].data) == [2.0]


def test_a_value_error_of_input_fn_refuses_the_rows(start: Any) -> None:
    worker = start("def model_fn(d): return 1\ndef input_fn(body, kind): raise ValueError('age below 0')\ndef predict_fn(d, m): return d")
    error = worker.infer(rows(1.0))
    assert (error["stage"], error["message"]) == ("rows", "age below 0")
    assert error["at"] == {"file": "inference.py", "line": 2, "text": "def input_fn(body, kind): raise ValueError('age below 0')"}


CLASS = """
from helper import twice
class Model:
    def load(self, artifacts_uri): self.factor = float(open(artifacts_uri + "/factor.txt").read())
    def preprocess(self, rows): return [row[0] for row in rows]
    async def predict(self, instances): return [twice(self.factor) * each for each in instances]
    def postprocess(self, answers): return [{"score": each, "label": "high" if each > 6 else "low"} for each in answers]
"""


def test_a_class_with_files_beside_it_and_named_outputs(tmp_path: Path, start: Any) -> None:
    (tmp_path / "root" / "helper.py").write_text("def twice(x): return 2 * x")
    worker = start(CLASS)
    found = worker.infer(rows(1.0, 2.0))
    assert list(found["score"].data) == [6.0, 12.0] and found["label"].data == ["low", "high"]


def test_a_module_that_is_not_there_is_named_with_the_line_that_wants_it(start: Any) -> None:
    worker = start(CLASS)
    assert worker.first["missing"] == {"module": "helper", "by": "inference.py line 2"}


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("import sys; sys.exit(3)", "SystemExit", "sys.exit(3)"),
        ("raise KeyboardInterrupt('stop')", "KeyboardInterrupt", "stop"),
        ("return self.predict(rows)", "RecursionError", "recursion"),
        ("bytearray(1 << 40)", "MemoryError", "memory"),
        ("raise BrokenPipeError('theirs')", "BrokenPipeError", "theirs"),
    ],
)
def test_what_code_raises_ends_no_worker(start: Any, body: str, kind: str, text: str) -> None:
    worker = start(f"class Model:\n    def predict(self, rows):\n        if rows[0][0] == 1: return [5]\n        {body}")
    error = worker.infer(rows(2.0))
    assert (error["kind"], error["type"]) == ("error", kind) and text in error["message"]
    assert len(error["traceback"]) <= 16 * 1024
    assert list(worker.infer(rows(1.0))["predict"].data) == [5]


@pytest.mark.parametrize(
    ("answer", "text"),
    [("[1]", "one entry a row"), ("[object(), 1]", "object"), ("['a', 1]", "mixes"), ("None", "None"), ("[[1], [1, 2]]", "shapes")],
)
def test_answers_that_cannot_be_sent_are_refused(start: Any, answer: str, text: str) -> None:
    error = start(f"class Model:\n    def predict(self, rows): return {answer}").infer(rows(1.0, 2.0))
    assert error["stage"] == "output" and text in error["message"], error


def test_a_script_around_a_compiled_model(start: Any) -> None:
    worker = start("def preprocess(rows): return [[row['a'], row['a'] * 2] for row in rows]\ndef postprocess(scores): return {'double': [2 * s for s in scores]}", around=True)
    batch = worker.infer(Table(2, [Column("a", "number", array("d", [1.0, 2.0]))]), "before")
    assert (batch.width, array("d", bytes(batch.data)).tolist()) == (2, [1.0, 2.0, 2.0, 4.0])
    from plimsoll.worker import values

    headers, buffers = values.write_outputs({"predict": values.Tensor("predict", "float64", (2,), array("d", [1, 2]))})
    answer = worker.ask("after", buffers, outputs=headers, rows=2)
    assert list(values.read_outputs(answer.header["outputs"], answer.buffers)["double"].data) == [2.0, 4.0]


def test_a_frame_that_is_none_ends_the_worker_with_a_line(start: Any) -> None:
    worker = start("class Model:\n    def predict(self, rows): return rows")
    worker._connection.sendall(b"\xff\xff\xff\xff")
    assert "cannot go on, the other side sent a frame of 4294967295 bytes" in worker.log()
    assert worker.process.returncode == 70


def by_joblib(is_compressed: bool) -> bytes:
    """The start of what joblib writes of an object with an array: a pickle that names its class, or a zlib stream."""
    plain = b"\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00\x8c\x13joblib.numpy_pickle\x94\x8c\x11NumpyArrayWrapper\x94\x93\x94."
    return zlib.compress(plain) if is_compressed else plain


@pytest.mark.parametrize(
    ("name", "content", "module", "by"),
    [
        ("model.joblib", by_joblib(True), "joblib", "the joblib file model.joblib"),
        ("model.pkl", by_joblib(False), "joblib", "the joblib file model.pkl"),
        ("model.ubj", b"{L\x00\x00", "xgboost", "the xgboost file model.ubj"),
        ("model.json", b'{"learner": {}}', "xgboost", "the xgboost file model.json"),
        ("model.txt", b"tree\nversion=v4\n", "lightgbm", "the lightgbm file model.txt"),
        ("model.cbm", b"CBM1\x00", "catboost", "the catboost file model.cbm"),
        ("model.pt", b"PK\x05\x06" + bytes(18), "torch", "the torch file model.pt"),
        ("model.keras", b"\x89HDF\r\n", "keras", "the keras file model.keras"),
    ],
)
def test_a_library_that_a_file_needs_is_named(tmp_path: Path, name: str, content: bytes, module: str, by: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "scratch").mkdir()
    (tmp_path / "root" / name).write_bytes(content)
    root = tmp_path / "root"
    worker = Worker(root, tmp_path / "scratch", model=str(root / name), packages=str(root))
    worker.close()
    assert worker.first["missing"] == {"module": module, "by": by}, worker.first
    assert (worker.first["stage"], worker.first["type"]) == ("load", "ModuleNotFoundError")


def test_a_plain_pickle_needs_no_joblib_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "scratch").mkdir()
    root = tmp_path / "root"
    (root / "own.py").write_text("class Model:\n    def predict(self, rows): return [row[0] for row in rows]\n")
    (root / "model.joblib").write_bytes(gzip.compress(b"\x80\x02cown\nModel\n)\x81."))
    worker = Worker(root, tmp_path / "scratch", model=str(root / "model.joblib"), packages=str(root), code=[str(root)])
    assert worker.first["kind"] == "ready", worker.first
    worker.close()
