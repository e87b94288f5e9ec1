"""A batch job of Plimsoll on Spark: reads the input, scores it, and leaves the rows in a staging folder.

    spark-submit --py-files plimsoll_scoring.py,plimsoll_cells.py --archives plimsoll.tar.gz#plimsoll job.py job.json

Nothing else is written by executors, so that a task may run twice. Rows are published by Plimsoll, from the staging
folder, when all of them are there. Before the input is scored, the rows of a sample are, and compared bit for bit with
what Plimsoll answered where the job was planned. What happens is said on stdout, one JSON object a line.
"""

import collections
import functools
import json
import os
import sys
import threading
import time

import pyarrow.parquet as pq
import pyspark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

import plimsoll_scoring as scoring

SPARK_TYPES = {"number": T.DoubleType(), "integer": T.LongType(), "string": T.StringType(), "bool": T.BooleanType()}
CORRUPT = "_plimsoll_corrupt"
SECRETS = "PLIMSOLL_SPARK_SECRETS"
PARENT = "PLIMSOLL_SPARK_PARENT"
SPARK_MIN = (3, 4)
# Of a batch, where texts are long; the scorer takes four times as much.
ARROW_BYTES = 64 << 20
PROGRESS_SECONDS = 1.0
PARENT_SECONDS = 1.0


def main(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    _end_with_parent()
    spark = session_of(job)
    try:
        settings = settings_of(job, spark)
        say("started", spark=spark.version, parallelism=spark.sparkContext.defaultParallelism)
        if job["sample"] is not None:
            compare_sample(spark, job, settings, os.path.join(os.path.dirname(os.path.abspath(path)), job["sample"]))
        started = time.monotonic()
        with Progress(spark):
            stage(read(spark, job), job, settings).write.mode("overwrite").parquet(job["staging"])
        say("scored", seconds=time.monotonic() - started)
    except Differs as difference:
        say("differs", **difference.args[0])
        return 1
    finally:
        spark.stop()
    return 0


def say(event, **details):
    # At once: `print` writes the end of a line by itself, where another thread may come in between.
    sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
    sys.stdout.flush()


def _end_with_parent():
    """A driver whose Plimsoll has gone must not go on: another may have taken the run over."""
    parent = int(os.environ.get(PARENT, "0"))
    if parent == 0:
        return

    def watch():
        while True:
            time.sleep(PARENT_SECONDS)
            try:
                os.kill(parent, 0)
            except ProcessLookupError:
                os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def session_of(job):
    version = tuple(int(part) for part in pyspark.__version__.split(".")[:2])
    if version < SPARK_MIN:
        raise SystemExit("Spark %d.%d or newer is wanted, this is %d.%d" % (*SPARK_MIN, *version))
    return (
        SparkSession.builder.appName("plimsoll %s" % job["job"])
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", job["batchRows"])
        .config("spark.sql.execution.arrow.maxBytesPerBatch", ARROW_BYTES)
        .config("spark.python.worker.reuse", "true")
        # What a task has written counts when the driver has taken it, whichever attempt it was.
        .config("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.caseSensitive", "true")
        .getOrCreate()
    )


def settings_of(job, spark):
    return scoring.Settings(
        archive="plimsoll",
        node=spark.conf.get("spark.plimsoll.node", None),
        inputs=tuple(job["inputs"]),
        kept=tuple(job["kept"]),
        outputs=tuple(output["name"] for output in job["outputs"]),
        cells=job["cells"],
        corrupt=CORRUPT if job["source"]["format"] == "csv" else None,
    )


def read(spark, job):
    """The columns that are wanted, of the whole input."""
    source = job["source"]
    if source["format"] == "jdbc":
        return read_table(spark, source["options"]).select(wanted(job))
    frames = [read_files(spark, job, group) for group in source["groups"]]
    return functools.reduce(DataFrame.unionByName, frames)


def read_first(spark, job, rows):
    """The first rows of the first file, in order, or those with the least keys."""
    source = job["source"]
    if source["format"] == "jdbc":
        return read_table(spark, source["options"]).orderBy(column(job["kept"][0])).limit(rows).select(wanted(job))
    first = source["groups"][0]
    # In one task and in order: the same rows wherever it runs.
    return read_files(spark, job, {**first, "paths": first["paths"][:1]}).coalesce(1).limit(rows)


def wanted(job):
    corrupt = [CORRUPT] if job["source"]["format"] == "csv" else []
    return [column(name) for name in dict.fromkeys([*job["kept"], *job["inputs"], *corrupt])]


def column(name):
    return F.col(quoted(name))


def quoted(name):
    return "`%s`" % name.replace("`", "``")


def read_files(spark, job, group):
    """`group`: files, and the values that the names of their folders give to columns."""
    reader = spark.read.options(**group["options"])
    if group["header"] is not None:
        names = [*(name or "_plimsoll_%d" % i for i, name in enumerate(group["header"])), CORRUPT]
        reader = reader.schema(T.StructType([T.StructField(name, T.StringType()) for name in names]))
        reader = reader.options(mode="PERMISSIVE", columnNameOfCorruptRecord=CORRUPT)
    frame = reader.load(group["paths"], format=job["source"]["format"])
    for name, value in group["partition"].items():
        frame = frame.withColumn(name, F.lit(value).cast("string"))
    return frame.select(wanted(job))


def read_table(spark, options):
    return spark.read.format("jdbc").options(**options, **json.loads(os.environ.get(SECRETS, "{}"))).load()


def stage(frame, job, settings):
    types = {field.name: field for field in frame.schema.fields}
    fields = [T.StructField(name, types[name].dataType) for name in settings.kept]
    fields += [T.StructField(output["name"], SPARK_TYPES[output["type"]]) for output in job["outputs"]]
    fields.append(T.StructField("_outcome", T.ByteType()))
    fields += [T.StructField(name, T.StringType()) for name in ("_code", "_column", "_reason", "_raw")]
    return frame.mapInArrow(lambda batches: scoring.score(batches, settings), T.StructType(fields))


class Differs(Exception):
    """Spark's answers are not the local ones; the first argument says where."""


def compare_sample(spark, job, settings, path):
    """The first rows, read and scored by Spark, against the answers that are in the file of the sample."""
    expected = collections.defaultdict(list)
    for row in pq.read_table(path).to_pylist():
        expected[row.pop("_key")].append(row)
    count = sum(map(len, expected.values()))
    rows = stage(read_first(spark, job, count), job, settings)
    key = column(settings.kept[0]).cast("string").alias("_key")
    found = rows.select(key, "_outcome", *map(column, settings.outputs)).collect()
    cells = sum(_compare_row(row.asDict(), expected, settings.outputs) for row in found)
    if len(found) < count:
        raise Differs({"key": None, "column": "rows", "spark": len(found), "local": count})
    say("sample", rows=len(found), cells=cells)


def _compare_row(row, expected, outputs):
    """Answers how many cells are equal. Rows that could not be read are not in the sample."""
    key = row.pop("_key")
    local = expected.get(key)
    if local is None:
        if row["_outcome"] == scoring.REJECTED:
            return 0
        raise Differs({"key": key, "column": "outcome", "spark": row["_outcome"], "local": "no such row"})
    different = [_difference(row, one, outputs) for one in local]
    if None in different:
        return 1 + len(outputs)
    name = different[0]
    raise Differs({"key": key, "column": name, "spark": repr(row[name]), "local": repr(local[0][name])})


def _difference(row, local, outputs):
    names = ["_outcome", *(outputs if local["_outcome"] == scoring.OK else [])]
    return next((name for name in names if not _same(row[name], local[name])), None)


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
