"""GrowthBook's sequential test (gbstats), looked at after every window, on recordings of `rollout replay`.

usage: sequential.py RECORDING.jsonl…   prints one JSON object a recording: {rollout: window of the alarm or null}

As in a safe rollout the control is as large as the candidate's arm: stable's units are thinned at random to that size,
by the hypergeometric law of what failed among them. The interval is two-sided at 2 %, so that alarms about harm are
bounded by 1 %.
"""
import json
import sys

import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import ProportionStatistic

CONFIG = SequentialConfig(alpha=0.02, difference_type="absolute", sequential_tuning_parameter=5000)


def alarm(sums):
    candidate_units, candidate_failures, stable_units, stable_failures = sums
    if candidate_failures == 0 or stable_failures == 0:
        return False
    stable = ProportionStatistic(n=stable_units, sum=stable_failures)
    candidate = ProportionStatistic(n=candidate_units, sum=candidate_failures)
    result = SequentialTwoSidedTTest(stable, candidate, CONFIG).compute_result()
    return result.error_message is None and result.ci[0] > 0


def judge(path):
    random = np.random.default_rng(1)
    sums, alarms = {}, {}
    for line in open(path):
        window = json.loads(line)
        name = window["rollout"]
        alarms.setdefault(name, None)
        if alarms[name] is not None:
            continue
        candidate, stable = window["arms"]["candidate"], window["arms"]["stable"]
        size = min(candidate["units"], stable["units"])
        failed = random.hypergeometric(stable["failures"], stable["units"] - stable["failures"], size) if size else 0
        added = np.array([candidate["units"], candidate["failures"], size, failed], dtype=float)
        sums[name] = sums.get(name, 0) + added
        if alarm(sums[name]):
            alarms[name] = window["window"]
    return alarms


for recording in sys.argv[1:]:
    print(json.dumps(judge(recording)))
