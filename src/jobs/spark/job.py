"""A batch job of Plimsoll on Spark: reads the input, scores it, and leaves the rows in a staging folder.

    spark-submit --py-files plimsoll_scoring.py --archives plimsoll.tar.gz#plimsoll job.py job.json

Nothing else is written by executors, so that a task may run twice. Rows are published by Plimsoll, from the staging
folder, when all of them are there. Before the input is scored, the rows of a sample are, and compared bit for bit with
what Plimsoll answered where the job was planned. What happens is said on stdout, one JSON object a line.
"""

import json
import os
import sys
import threading
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

import plimsoll_scoring as scoring

SPARK_TYPES = {"number": T.DoubleType(), "integer": T.LongType(), "string": T.StringType(), "bool": T.BooleanType()}
READERS = {"parquet": "parquet", "csv": "csv", "jsonl": "json"}
CORRUPT = "_plimsoll_corrupt"
MINISPARK = (3, 4)
PROGRESS_SECONDS = 1.0


def main(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    _end_with_parent()
    spark = _session(job)
    try:
        settings = _settings(job, spark)
        say("started", spark=spark.version, parallelism=spark.sparkContext.defaultParallelism)
        if job["sample"] is not None:
            compare_sample(spark, job, settings)
        started = time.monotonic()
        with Progress(spark):
            stage(read(spark, job, job["source"]), job, settings).write.mode("overwrite").parquet(job["staging"])
        say("scored", seconds=time.monotonic() - started)
    except Differs as difference:
        say("differs", **difference.args[0])
        return 1
    finally:
        spark.stop()
    return 0


def say(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def _end_with_parent():
    """A driver whose Plimsoll has gone must not go on: another may have taken the run over."""
    if os.environ.get("PLIMSOLL_SPARK_PARENT") != "stdin":
        return

    def wait():
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _session(job):
    version = tuple(int(part) for part in __import__("pyspark").__version__.split(".")[:2])
    if version < MINISPARK:
        raise SystemExit("Spark %d.%d or newer is wanted, this is %d.%d" % (*MINISPARK, *version))
    return (
        SparkSession.builder.appName("plimsoll %s" % job["job"])
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", job["batchRows"])
        .config("spark.python.worker.reuse", "true")
        # What a task has written counts when the driver has taken it, whichever attempt it was.
        .config("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.caseSensitive", "true")
        .getOrCreate()
    )


def _settings(job, spark):
    return scoring.Settings(
        archive="plimsoll",
        node=spark.conf.get("spark.plimsoll.node", None),
        inputs=tuple(job["inputs"]),
        kept=tuple(job["kept"]),
        outputs=tuple(output["name"] for output in job["outputs"]),
        corrupt=CORRUPT if job["source"]["format"] in ("csv", "jsonl") else None,
    )


def read(spark, job, source):
    """The columns that are wanted, of the frozen input."""
    if source["format"] == "jdbc":
        return _read_table(spark, source).select(*_wanted(job))
    frames = [_read_files(spark, source, group).select(*_wanted(job, source)) for group in source["groups"]]
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionByName(frame)
    return whole


def _wanted(job, source=None):
    names = list(dict.fromkeys([*job["kept"], *job["inputs"]]))
    corrupt = [CORRUPT] if source and source["format"] != "parquet" else []
    return [F.col("`%s`" % name.replace("`", "``")) for name in [*names, *corrupt]]


def _read_files(spark, source, group):
    """`group`: files of one folder with the values that its name gives to columns."""
    reader = spark.read
    if source["format"] != "parquet":
        fields = [*source["schema"], {"name": CORRUPT, "type": "string"}]
        fields = [field for field in fields if field["name"] not in group["partition"]]
        reader = reader.schema(", ".join("`%s` %s" % (f["name"].replace("`", "``"), f["type"]) for f in fields))
        reader = reader.options(mode="PERMISSIVE", columnNameOfCorruptRecord=CORRUPT, **source["options"])
    frame = reader.load(group["paths"], format=READERS[source["format"]])
    for name, value in group["partition"].items():
        frame = frame.withColumn(name, F.lit(value["text"]).cast(value["type"]))
    return frame


def _read_table(spark, source):
    """Ranges of the key, if it is a number, so that every task has its own connection; else one task."""
    options = {**source["options"], **json.loads(os.environ.get("PLIMSOLL_SPARK_SECRETS", "{}"))}
    return spark.read.format("jdbc").options(**options).load()


def stage(frame, job, settings):
    types = {field.name: field for field in frame.schema.fields}
    fields = [T.StructField(name, types[name].dataType) for name in settings.kept]
    fields += [T.StructField(output["name"], SPARK_TYPES[output["type"]]) for output in job["outputs"]]
    fields.append(T.StructField("_outcome", T.ByteType()))
    fields += [T.StructField(name, T.StringType()) for name in ("_code", "_column", "_reason", "_raw")]
    return frame.mapInArrow(lambda batches: scoring.score(batches, settings), T.StructType(fields))


class Differs(Exception):
    """Spark's answers are not the local ones; the first argument says where."""


def compare_sample(spark, job, settings):
    """The first rows of the first file, read and scored by Spark, against the answers in the sample's file."""
    import pyarrow.parquet as pq

    sample = job["sample"]
    expected = pq.read_table(os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), sample["file"]))
    frame = read(spark, job, sample["source"])
    # In one task and in order: the same rows wherever it runs.
    rows = stage(frame.coalesce(1).limit(expected.num_rows), job, settings)
    outputs = [F.col("`%s`" % name.replace("`", "``")) for name in settings.outputs]
    key = F.col("`%s`" % settings.kept[0].replace("`", "``")).cast("string").alias("_key")
    found = rows.select(key, "_outcome", *outputs).collect()
    wanted = {row.pop("_key"): row for row in expected.to_pylist()}
    cells = 0
    for row in found:
        cells += _compare_row(row.asDict(), wanted, settings.outputs)
    if len(found) != expected.num_rows:
        raise Differs({"key": None, "column": None, "spark": len(found), "local": expected.num_rows})
    say("sample", rows=len(found), cells=cells)


def _compare_row(row, wanted, outputs):
    key = row.pop("_key")
    if key not in wanted:
        raise Differs({"key": key, "column": "_key", "spark": key, "local": None})
    local = wanted[key]
    names = ["_outcome", *(outputs if local["_outcome"] == scoring.OK else [])]
    for name in names:
        if not _same(row[name], local[name]):
            raise Differs({"key": key, "column": name, "spark": repr(row[name]), "local": repr(local[name])})
    return len(names)


def _same(left, right):
    """Equal bit for bit; all values that are no number are one."""
    if isinstance(left, float) and isinstance(right, float):
        return left.hex() == right.hex()
    return left == right and type(left) is type(right)


class Progress:
    """Says every second how many tasks are done."""

    def __init__(self, spark):
        self._tracker = spark.sparkContext.statusTracker()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        while not self._over.wait(PROGRESS_SECONDS):
            stages = [self._tracker.getStageInfo(stage) for stage in self._tracker.getActiveStageIds()]
            stages = [info for info in stages if info is not None]
            if stages:
                say("progress", tasks=sum(s.numTasks for s in stages), done=sum(s.numCompletedTasks for s in stages))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
