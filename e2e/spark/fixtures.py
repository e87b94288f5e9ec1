"""Compares the sample of each of many jobs, in one session: `fixtures.py FOLDER`, a job in each folder below it."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import job

# Of plans so small, Java takes longer to compile the code than to go without.
PLAIN = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
AT_ONCE = 4


def check(spark, folder):
    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        one = json.load(file)
    # The folder is what an archive is unpacked to.
    settings = job.settings_of(one, spark)._replace(archive=folder)
    try:
        job.compare_sample(spark, one, settings, os.path.join(folder, one["sample"]))
    except Exception as error:
        job.say("failed", name=os.path.basename(folder), reason=str(error)[:2000])


def main(root):
    folders = sorted(entry.path for entry in os.scandir(root) if entry.is_dir())
    with open(os.path.join(folders[0], "job.json"), encoding="utf-8") as file:
        spark = job.session_of(json.load(file))
    spark.sparkContext.setLogLevel("ERROR")
    for name, value in PLAIN.items():
        spark.conf.set(name, value)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda folder: check(spark, folder), folders))
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
