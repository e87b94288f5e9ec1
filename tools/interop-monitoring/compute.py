"""Writes a JSON line a column: its values in both files, and what each library says about them.

    python tools/interop-monitoring/compute.py --seed 7 --cases 60 --output FILE
"""
import argparse
import json
import logging
import warnings

import numpy as np
import pandas as pd

from scores import scored  # before anything else of the libraries: it turns their reports of usage off
from data import drawn, public
from detectors import streams

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def cells(column, kind):
    if kind == "category":
        return [None if pd.isna(value) else str(value) for value in column]
    return [None if np.isnan(value) else value if np.isfinite(value) else str(value) for value in map(float, column)]


def columns(name, reference, current):
    for column in (column for column in reference.columns if column in current):
        x, y = reference[column], current[column]
        if x.dtype == bool:
            x, y = x.astype(str).astype(object), y.astype(str).astype(object)
        numeric = all(pd.api.types.is_numeric_dtype(values) for values in (x, y))
        kind = "number" if numeric else "category"
        if not numeric:
            x, y = (values.astype(object).where(values.notna(), None).map(lambda v: v if v is None else str(v))
                    for values in (x, y))
        yield {"name": f"{name}: {column}", "kind": kind,
               "integers": [pd.api.types.is_integer_dtype(values) for values in (x, y)],
               "reference": cells(x, kind), "current": cells(y, kind), **scored(x.rename("x"), y.rename("x"), kind)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    with open(options.output, "w", encoding="utf-8") as file:
        for source in (public(), drawn(options.seed, options.cases)):
            for pair in source:
                for case in columns(*pair):
                    file.write(json.dumps({"case": "column", **case}) + "\n")
        for case in streams(options.seed):
            file.write(json.dumps({"case": "stream", **case}) + "\n")


main()
