"""Scores Arrow batches in Spark's Python workers, through the scorer of Plimsoll: a Node process that speaks Arrow.

A worker process starts the scorer once and keeps it for all tasks that it is given. The scorer ends when its input is
closed, so it outlives its worker in no case. The words of the pipes are those of `arrow.ts`: every message is led by its
length, little-endian; answers come in the order of requests.
"""

import collections
import fcntl
import json
import os
import queue
import shutil
import struct
import subprocess
import tempfile
import threading

import pyarrow as pa
import pyarrow.compute as pc

import plimsoll_cells as cells

# Kinds of answers.
BATCHES, REFUSED, READY, ENDED = range(4)

# What becomes of a row.
OK, REJECTED = 0, 1

# Batches that are with the scorer or on their way to it: enough that neither side waits for the other.
AHEAD = 3
PIPE_BYTES = 1 << 20
STDERR_BYTES = 8 << 10
RAW_CHARACTERS = 16 << 10
F_SETPIPE_SZ = 1031

Settings = collections.namedtuple("Settings", "archive node inputs kept outputs cells corrupt")
"""`archive`: name of the folder that the archive is unpacked to; `node`: path of Node, or None; `inputs`: columns that
the model reads, in its order; `kept`: columns to keep, the key first; `outputs`: names of the model's outputs; `cells`:
what texts become, by column; `corrupt`: column that holds the text of a record that cannot be read, or None."""


class ScorerFailed(RuntimeError):
    """The scorer could not answer; its own words are in the message."""


class Scorer:
    """The Node process of this worker."""

    def __init__(self, command):
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, env=_quiet_environment()
        )
        self._widen_pipes()
        kind, content = self._read()
        if kind != READY:
            raise self._failure(content)
        self.ready = json.loads(content)

    def score(self, batches):
        """Yields (batch, answer) for each of `batches`, in order."""
        waiting = queue.Queue(AHEAD)
        feeder = threading.Thread(target=self._feed, args=(batches, waiting), daemon=True)
        feeder.start()
        while True:
            batch = waiting.get()
            if batch is None:
                break
            if isinstance(batch, BaseException):
                raise batch
            yield batch, self._answer()
        feeder.join()

    def close(self):
        self._process.kill()
        self._process.wait()

    def _feed(self, batches, waiting):
        """Writes requests ahead of their answers. What goes wrong is handed to the reader, who alone may raise."""
        try:
            for batch, request in batches:
                waiting.put(batch)
                self._write(request)
            waiting.put(None)
        except BrokenPipeError:
            waiting.put(None)  # the reader meets the end of the answers, which says more
        except BaseException as error:
            waiting.put(error)

    def _write(self, request):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, request.schema) as writer:
            writer.write_batch(request)
        content = sink.getvalue()
        self._process.stdin.write(struct.pack("<I", content.size))
        self._process.stdin.write(content)
        self._process.stdin.flush()

    def _answer(self):
        kind, content = self._read()
        if kind != BATCHES:
            raise self._failure(content)
        with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
            return reader.read_next_batch()

    def _read(self):
        head = self._process.stdout.read(5)
        if len(head) < 5:
            raise self._failure(None)
        kind, length = struct.unpack("<BI", head)
        content = self._process.stdout.read(length)
        if len(content) < length:
            raise self._failure(None)
        return kind, content

    def _failure(self, content):
        if content is not None:
            error = json.loads(content)
            return ScorerFailed("PLIMSOLL %s %s" % (error["code"], json.dumps(error)))
        self._process.kill()
        status = self._process.wait()
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_BYTES))
        words = " | ".join(self._stderr.read().decode("utf-8", "replace").split("\n")).strip()
        return ScorerFailed("the scorer ended with %d: %s" % (status, words or "it said nothing"))

    def _widen_pipes(self):
        """Pipes hold 64 KiB by default: a batch would take twenty turns of both processes."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
            except OSError:
                pass  # a limit of this machine; it only takes longer


_scorers = {}
"""Of this worker process, by what they were started for; one, in practice."""


def scorer_of(settings):
    """The scorer of this worker process, started where there is none."""
    from pyspark import SparkFiles

    folder = os.path.join(SparkFiles.getRootDirectory(), settings.archive)
    if not os.path.isdir(folder):  # YARN and Kubernetes unpack into the working folder
        folder = os.path.abspath(settings.archive)
    key = (folder, settings.inputs)
    if key not in _scorers:
        for other in _scorers.values():
            other.close()
        _scorers.clear()
        options = {"bundle": os.path.join(folder, "bundle"), "inputs": settings.inputs, "carry": []}
        command = [_find_node(settings.node), os.path.join(folder, "scorer", "arrow.child.js"), json.dumps(options)]
        _scorers[key] = Scorer(command)
    return _scorers[key]


def score(batches, settings):
    """Rows of Spark in, rows of the staging area out: for `mapInArrow`."""
    scorer = scorer_of(settings)
    whole = False
    try:
        for (batch, faults), answer in scorer.score(_requests(batches, settings)):
            yield _staged(batch, faults, answer, settings)
        whole = True
    finally:
        if not whole:  # answers may be under way still: the next task starts a scorer of its own
            _scorers.clear()
            scorer.close()


def _requests(batches, settings):
    """Yields ((batch, faults), request); `faults` has (code, column, reason) of the rows that cannot be read."""
    for batch in batches:
        if batch.num_rows == 0:
            continue
        faults = _unreadable(batch, settings)
        columns = [_input(batch, name, settings.cells.get(name), faults) for name in settings.inputs]
        # A model may read no column at all: a batch without columns has no rows, so the key goes with it.
        if not columns:
            yield (batch, faults), batch.select([settings.kept[0]])
            continue
        yield (batch, faults), pa.RecordBatch.from_arrays(columns, names=list(settings.inputs))


def _input(batch, name, kind, faults):
    """A column as the model takes it; `kind` is null where it has a type already."""
    column = _column(batch, name)
    return column if kind is None else cells.parse(column, name, kind, faults)


def _column(batch, name):
    return batch.column(batch.schema.get_field_index(name))


def _unreadable(batch, settings):
    """Records that Spark's reader could not parse, whatever it made of their cells, and rows without a key."""
    faults = {}
    key = settings.kept[0]
    if settings.corrupt is not None and _column(batch, settings.corrupt).null_count < batch.num_rows:
        for row in pc.indices_nonzero(_column(batch, settings.corrupt).is_valid()).to_pylist():
            faults[row] = ("row_length", None, "the record is not as the header says")
    keys = _kept(batch, key, settings)
    if keys.null_count > 0:
        for row in pc.indices_nonzero(keys.is_null()).to_pylist():
            faults.setdefault(row, ("missing_key", key, '"%s" is missing, a key was wanted' % key))
    return faults


def _staged(batch, faults, answer, settings):
    """What is kept of the row, the outputs, and what became of it."""
    verdicts = [_column(answer, name) for name in ("_outcome", "_code", "_column", "_reason")]
    if faults:
        verdicts = _overruled(verdicts, faults)
    kept = [_kept(batch, name, settings) for name in settings.kept]
    outputs = [_column(answer, name) for name in settings.outputs]
    names = [*settings.kept, *settings.outputs, "_outcome", "_code", "_column", "_reason", "_raw"]
    return pa.RecordBatch.from_arrays(
        [*kept, *outputs, *verdicts, _raw_of(batch, verdicts[0], settings)], names=names
    )


def _kept(batch, name, settings):
    column = _column(batch, name)
    return column if settings.corrupt is None else cells.without_empty(column)


def _overruled(verdicts, faults):
    """What cannot be read is rejected, whatever the model made of what was left of it."""
    columns = [column.to_pylist() for column in verdicts]
    for row, fault in faults.items():
        for column, value in zip(columns, (REJECTED, *fault)):
            column[row] = value
    types = [pa.int8(), pa.string(), pa.string(), pa.string()]
    return [pa.array(column, type) for column, type in zip(columns, types)]


def _raw_of(batch, outcomes, settings):
    """The text of rows without an answer, at most 64 KiB of UTF-8; null for all others."""
    bad = pc.indices_nonzero(outcomes).to_pylist()
    if not bad:
        return pa.nulls(len(outcomes), pa.string())
    raw = [None] * len(outcomes)
    for row, values in zip(bad, batch.take(pa.array(bad)).to_pylist()):
        text = values.pop(settings.corrupt, None)
        raw[row] = (text if text is not None else json.dumps(values, default=str))[:RAW_CHARACTERS]
    return pa.array(raw, pa.string())


def _find_node(given):
    node = given or os.environ.get("PLIMSOLL_NODE") or shutil.which("node")
    if node is None or shutil.which(node) is None:
        raise ScorerFailed(
            "there is no Node %s here: install Node 24 or newer on every worker, or name it by spark.plimsoll.node"
            % (node or "in PATH")
        )
    return node


def _quiet_environment():
    """Spark's workers are one of many on a machine: the scorer takes one core."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "UV_THREADPOOL_SIZE": "1"}
