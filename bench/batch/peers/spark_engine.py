"""The Spark engine beside the same plan without a model, in one session: spark_engine.py PROJECT OUTPUT ROUNDS.

`PROJECT` is a folder of `plimsoll package spark`. Both plans read the same columns, pass them through Python as Arrow
batches and write the same columns. Their order changes from round to round; the first round, which starts Python and
the scorer, is told apart. Prints seconds.
"""

import json
import os
import sys
import time

project, output, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
sys.path.insert(0, project)
start = time.perf_counter()

import pyarrow as pa
from pyspark import SparkConf, SparkContext

import job as plimsoll

MODULES = ["plimsoll_scoring.py", "plimsoll_cells.py"]
CONF = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.archives": os.path.join(project, "plimsoll.tar.gz") + "#plimsoll",
}


def idle(outputs, kept):
    """Batches of the same columns, in which nothing is worked out."""
    types = {"number": pa.float64(), "integer": pa.int64(), "string": pa.string(), "bool": pa.bool_()}

    def run(batches):
        for batch in batches:
            rows = batch.num_rows
            columns = {name: batch.column(name) for name in kept}
            for position, one in enumerate(outputs):
                columns[one["name"]] = batch.column(position + 1).cast(types[one["type"]], safe=False)
            columns["_outcome"] = pa.Array.from_buffers(pa.int8(), rows, [None, pa.py_buffer(bytes(rows))])
            for name in ("_code", "_column", "_reason", "_raw"):
                columns[name] = pa.nulls(rows, pa.string())
            yield pa.RecordBatch.from_pydict(columns)

    return run


def processor_seconds():
    """Of this process and all below it, as they and what has ended in them have used."""
    stats = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name, encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
            stats[int(name)] = (int(fields[1]), sum(map(int, fields[11:15])))
        except OSError:
            pass  # it has ended meanwhile
    family, more = set(), {os.getpid()}
    while more:
        family |= more
        more = {pid for pid, (parent, _) in stats.items() if parent in family} - family
    return sum(stats[pid][1] for pid in family) / os.sysconf("SC_CLK_TCK")


with open(os.path.join(project, "job.json"), encoding="utf-8") as file:
    job = json.load(file)
context = SparkContext(conf=SparkConf().setAll(CONF.items()))
context.setLogLevel("ERROR")
spark = plimsoll.session_of(job)
for module in MODULES:
    context.addPyFile(os.path.join(project, module))
settings = plimsoll.settings_of(job, spark)
session = time.perf_counter() - start

frame = plimsoll.read(spark, job)
scored = plimsoll.stage(frame, job, settings)
PLANS = {"idle": frame.mapInArrow(idle(job["outputs"], job["kept"]), scored.schema), "engine": scored}
times = {name: [] for name in PLANS}
cpu = {name: [] for name in PLANS}
for turn in range(rounds + 1):
    for name in sorted(PLANS, reverse=turn % 2 == 1):
        started, used = time.perf_counter(), processor_seconds()
        PLANS[name].write.mode("overwrite").parquet(os.path.join(output, name))
        times[name].append(time.perf_counter() - started)
        cpu[name].append(processor_seconds() - used)
counts = {name: spark.read.parquet(os.path.join(output, name)).where("_outcome = 0").count() for name in PLANS}
first = {name: seconds[0] for name, seconds in times.items()}
rest = {name: seconds[1:] for name, seconds in times.items()}
cpu = {name: seconds[1:] for name, seconds in cpu.items()}
print(json.dumps({"rows": counts, "session": session, "first": first, "seconds": rest, "cpu": cpu}))
