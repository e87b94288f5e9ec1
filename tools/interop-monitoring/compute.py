"""Writes a JSON line a column: its values in both files, and what each library says about them.

    python tools/interop-monitoring/compute.py --seed 7 --cases 60 --part 0/2

Of all columns those whose number is the first of `part`, modulo the second.
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


def column_case(name, x, y):
    if x.dtype == bool:
        x, y = x.astype(str).astype(object), y.astype(str).astype(object)
    numeric = all(pd.api.types.is_numeric_dtype(values) for values in (x, y))
    kind = "number" if numeric else "category"
    if not numeric:
        x, y = (values.astype(object).where(values.notna(), None).map(lambda v: v if v is None else str(v))
                for values in (x, y))
    return {"name": name, "kind": kind, "integers": [pd.api.types.is_integer_dtype(values) for values in (x, y)],
            "reference": cells(x, kind), "current": cells(y, kind), **scored(x.rename("x"), y.rename("x"), kind)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--part", required=True)
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    number = 0
    for source in (public(), drawn(options.seed, options.cases)):
        for name, reference, current in source:
            for column in (column for column in reference.columns if column in current):
                if number % parts == part:
                    case = column_case(f"{name}: {column}", reference[column], current[column])
                    print(json.dumps({"case": "column", **case}), flush=True)
                number += 1
    for number, case in enumerate(streams(options.seed)):
        if number % parts == part:
            print(json.dumps({"case": "stream", **case()}), flush=True)


main()
