"""Cells of text files as what the model takes: the same values as `sources/files/csv` gives."""

import re

import pyarrow as pa
import pyarrow.compute as pc

# What `trim()` of JavaScript takes away.
SPACE = "\t\n\x0b\x0c\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029\ufeff"
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
# Nearly all numbers that are written look so: Arrow reads them at once.
PLAIN = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
WORDS = {
    "nan": float("nan"),
    "true": 1.0,
    "false": 0.0,
    "inf": float("inf"),
    "+inf": float("inf"),
    "infinity": float("inf"),
    "-inf": float("-inf"),
    "-infinity": float("-inf"),
}
BOOLS = {"true": True, "1": True, "false": False, "0": False}
SHOWN = 120


def parse(column, name, kind, faults):
    """`column` of texts as a column of `kind`; rows with a cell that is no such value are added to `faults`."""
    column = without_empty(column)
    if kind not in ("number", "bool"):
        return column
    if kind == "number" and pc.all(pc.match_substring_regex(column, PLAIN), min_count=0).as_py():
        return pc.cast(column, pa.float64())
    values = [None] * len(column)
    for row, text in enumerate(column.to_pylist()):
        if text is None:
            continue
        value = _number(text) if kind == "number" else BOOLS.get(text.strip(SPACE).lower())
        if value is None:
            wanted = "a number" if kind == "number" else "true or false"
            shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
            faults.setdefault(row, (kind + "_type", name, 'expected %s, got "%s"' % (wanted, shown)))
        elif value == value:  # a number that says it is none is missing
            values[row] = value
    return pa.array(values, pa.float64() if kind == "number" else pa.bool_())


def without_empty(column):
    """A cell without text is missing, in quotes or not."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _number(text):
    word = text.strip(SPACE)
    return float(word) if NUMBER.fullmatch(word) else WORDS.get(word.lower())
