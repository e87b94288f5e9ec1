"""Compares the sample of each of many projects, in one session: `fixtures.py FOLDER`, a project in each folder below."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import job
import plimsoll_scoring as scoring


def check(spark, folder):
    name = os.path.basename(folder)
    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        one = json.load(file)
    archive = "fixture-" + name
    spark.sparkContext.addArchive("%s#%s" % (os.path.join(folder, "plimsoll.tar.gz"), archive))
    settings = job.settings_of(one, spark)._replace(archive=archive)
    try:
        job.compare_sample(spark, one, settings, os.path.join(folder, one["sample"]))
    except Exception as error:
        job.say("failed", name=name, reason=str(error)[:2000])


def main(root):
    folders = sorted(entry.path for entry in os.scandir(root) if entry.is_dir())
    with open(os.path.join(folders[0], "job.json"), encoding="utf-8") as file:
        spark = job.session_of(json.load(file))
    spark.sparkContext.setLogLevel("ERROR")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda folder: check(spark, folder), folders))
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
