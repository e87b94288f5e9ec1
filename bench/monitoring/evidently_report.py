"""Evidently's default drift report over two Parquet files, as a process of its own: seconds of the report alone."""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas as pd  # noqa: E402
from evidently import Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
started = time.perf_counter()
Report([DataDriftPreset()]).run(current, reference).dict()
print(time.perf_counter() - started)
