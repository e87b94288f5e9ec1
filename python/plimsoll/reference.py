"""Rows of the training data, kept for the profile that monitoring compares with."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, List, Optional

from plimsoll.errors import PlimsollError
from plimsoll.sample import Sample, read_sample, table_cells

ROWS = 100_000


def write_reference(folder: Path, sample: Sample, reference: Optional[Any]) -> Optional[str]:
    """Writes `reference.parquet`, or `.csv` where there is no pyarrow; None for models that take no table."""
    if sample.form != "table":
        return None
    source = sample if reference is None else _like(sample, reference)
    rows = source.chosen(ROWS)
    columns = table_cells(source, source.take(rows))
    names = [column.name for column in sample.columns]
    if _write_parquet(folder / "reference.parquet", names, columns, sample):
        return "reference.parquet"
    with open(folder / "reference.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(zip(*columns))
    return "reference.csv"


def _like(sample: Sample, reference: Any) -> Sample:
    """A reference may have more columns than the model takes, never fewer."""
    names = [column.name for column in sample.columns]
    if hasattr(reference, "columns") and any(column.named for column in sample.columns):
        missing = [name for name in names if name not in reference.columns]
        if missing:
            raise PlimsollError(
                "REFERENCE_INVALID",
                f'Cannot take the reference: it lacks the column "{missing[0]}".',
                "Give rows with every column that the model takes.",
            )
        reference = reference[names]
    found = read_sample(reference)
    if found.form != "table" or len(found.columns) != len(names):
        raise PlimsollError(
            "REFERENCE_INVALID",
            f"Cannot take the reference: it has {len(found.columns)} columns, the sample has {len(names)}.",
            "Give rows of the same kind as the sample.",
        )
    return found


def _write_parquet(path: Path, names: List[str], columns: List[List[Any]], sample: Sample) -> bool:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return False
    infinite = {"Infinity": float("inf"), "-Infinity": float("-inf")}
    arrays = []
    for cells, column in zip(columns, sample.columns):
        if column.type == "string":
            arrays.append(pyarrow.array(cells, type=pyarrow.string()))
        else:
            numbers = [None if cell is None else float(infinite.get(cell, cell)) for cell in cells]
            arrays.append(pyarrow.array(numbers, type=pyarrow.float64()))
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=names), path)
    return True
