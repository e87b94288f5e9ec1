"""The rules of other tools on the rows of a plan: the share of windows with an alarm, or alarms a window for detectors."""
import json
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from evidently.legacy.calculations.stattests import registry  # noqa: E402
from evidently.legacy.core import ColumnType  # noqa: E402
from nannyml import UnivariateDriftCalculator  # noqa: E402
from nannyml.chunk import SizeBasedChunker  # noqa: E402
from river import drift  # noqa: E402

folder = sys.argv[1]
plan = json.load(open(f"{folder}/plan.json"))


def series(values, cell):
    return pd.Series(values if cell["type"] == "number" else [f"c{int(v)}" for v in values])


def evidently(cell, reference, current):
    kind = ColumnType.Numerical if cell["type"] == "number" else ColumnType.Categorical
    name = cell["rule"].removeprefix("evidently ")
    alarmed = False
    for ref, cur in zip(reference, current):
        ref, cur = series(ref, cell), series(cur, cell)
        if name == "default":
            test = registry.get_stattest(ref, cur, kind, None)
        else:
            test = registry.get_stattest(ref, cur, kind, "chisquare" if name.startswith("chi2") else name)
        result = test(ref, cur, kind, None)
        alarmed |= bool(result.drift_score == 0) if name.startswith("chi2") else bool(result.drifted)
    return float(alarmed)


def nannyml(cell, reference, current):
    """Thresholds of ten chunks of the reference, then a chunk of the window's size, as a frame of another length gives it."""
    method = cell["rule"].removeprefix("nannyml ")
    ref = pd.DataFrame({"x": reference[0]})
    now = pd.DataFrame({"x": current[0]})
    calculator = UnivariateDriftCalculator(column_names=["x"], continuous_methods=[method], chunk_number=10)
    calculator.fit(ref)
    calculator.chunker = SizeBasedChunker(chunk_size=len(now))
    results = calculator.calculate(now).filter(period="analysis").to_df()
    return float(results[("x", method, "alert")].mean())


def river(cell, current):
    name = cell["rule"].removeprefix("river ")
    detector = drift.KSWIN(seed=1) if name == "KSWIN" else getattr(drift.binary if name == "DDM" else drift, name)()
    alarms = 0
    for value in current[0]:
        detector.update(bool(value) if name == "DDM" else float(value))
        alarms += detector.drift_detected
    return float(alarms)


rates = []
for cell in plan:
    data = np.fromfile(cell["path"]).reshape(cell["repetitions"], -1)
    n, m, columns = cell["reference"], cell["window"], cell["columns"]
    alarms = []
    for repetition in data:
        parts = repetition.reshape(columns, n + m)
        reference, current = parts[:, :n], parts[:, n:]
        if cell["rule"].startswith("evidently"):
            alarms.append(evidently(cell, reference, current))
        elif cell["rule"].startswith("nannyml"):
            alarms.append(nannyml(cell, reference, current))
        else:
            alarms.append(river(cell, current))
    rates.append(float(np.mean(alarms)))
    print(f"{cell['rule']:28} {cell['draw']:18} {m:6} {rates[-1]:.4f}", flush=True)
json.dump(rates, open(f"{folder}/rates.json", "w"))
