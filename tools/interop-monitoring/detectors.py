"""Where river's detectors alarm on streams."""
from pathlib import Path

import numpy as np
import pandas as pd
from river import drift

VEGA = Path(__file__).resolve().parents[2] / ".cache/vega-datasets/data"
KSWIN_SEED = 11
NUMBERS = {
    "adwin": drift.ADWIN,
    "page-hinkley": drift.PageHinkley,
    "kswin": lambda: drift.KSWIN(seed=KSWIN_SEED),
}
ERRORS = {"adwin": drift.ADWIN, "ddm": drift.binary.DDM, "hddm-a": drift.binary.HDDMA, "hddm-w": drift.binary.HDDMW}


def alarms(make, values):
    detector = make()
    found = []
    for number, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            found.append(number)
    return found


def flights():
    return pd.read_json(VEGA / "flights-20k.json", convert_dates=False).sort_values("date", kind="stable")


def published():
    """The stream of river's own tests."""
    random = np.random.RandomState(12345)
    return np.concatenate([random.randint(2, size=1000), random.randint(8, size=1000)]).astype(float)


def streams(seed):
    random = np.random.default_rng(seed)
    delay = flights()["delay"].to_numpy(dtype=float)
    numbers = {
        "river's own": published(),
        "vega flights delay": delay / delay.std(),
        "normal": random.normal(size=3000),
        "normal, moved": np.r_[random.normal(size=1500), random.normal(0.7, 1.3, size=1500)],
        "uniform, then Pareto": np.r_[random.random(1000), random.pareto(1.5, 2000)],
    }
    errors = {
        "river's own": np.minimum(published(), 1),
        "vega flights late": (delay > 15).astype(float),
        "seldom, then often": (random.random(4000) < np.repeat([0.1, 0.25], 2000)).astype(float),
        "never, then half": (random.random(1000) < np.repeat([0, 0.5], 500)).astype(float),
    }
    for table, detectors in ((numbers, NUMBERS), (errors, ERRORS)):
        for name, values in table.items():
            # KSWIN tests at every number: a second a thousand.
            short = {detector: make for detector, make in detectors.items() if detector != "kswin" or len(values) <= 3000}
            yield lambda name=name, values=values, short=short: {
                "name": name, "seed": KSWIN_SEED, "values": values.tolist(),
                "alarms": {detector: alarms(make, values) for detector, make in short.items()}}
