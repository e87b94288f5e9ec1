"""Rows of two outputs of a batch whose raw scores differ in a bit: compare.py OURS THEIRS. Prints how many."""
import sys

import numpy as np
import pyarrow.parquet as pq

ours, theirs = (pq.read_table(path) for path in sys.argv[1:])
assert ours["id"].equals(theirs["id"]), "the ids differ"
raw = next(name for name in ("margin", "raw_score", "RawFormulaVal") if name in ours.column_names)
bits = [np.asarray(column.to_numpy(), dtype="float64").view("uint64") for column in (ours[raw], theirs["raw"])]
print(int((bits[0] != bits[1]).sum()))
