import { expect, test } from 'vitest';
import { addMetricsSnapshot, takeMetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import { countsOf } from './counts.ts';

test('a model has the requests of all its versions: answered, and failed on account of the version', () => {
  const metrics = new ServingMetrics();
  for (const version of [1, 2]) metrics.seriesOf('m', version).answered(3, 0);
  const second = metrics.seriesOf('m', 2);
  // A malformed request, and a row that the model refuses.
  second.count('invalid');
  second.count('invalid');
  second.blame();
  metrics.seriesOf('other', 1).answered(1, 0);
  const wanted = [
    { model: 'm', requests: 3, failed: 1, units: 0, nameless: 0 },
    { model: 'other', requests: 1, failed: 0, units: 0, nameless: 0 },
  ];
  expect(countsOf(takeMetricsSnapshot(metrics, 0))).toEqual(wanted);
});

test('a unit that several processes have answered is one unit', () => {
  const sum = new ServingMetrics();
  for (const [from, to] of [
    [0, 150],
    [50, 200],
  ] as const) {
    const worker = new ServingMetrics();
    worker.seriesOf('m', 1).answered(1, 0);
    for (let k = from; k < to; k++) worker.callersOf('m').note(`user-${k}`);
    worker.callersOf('m').note(null);
    addMetricsSnapshot(sum, takeMetricsSnapshot(worker, 0));
  }
  const [counts] = countsOf(takeMetricsSnapshot(sum, 0));
  expect(counts!.nameless).toBe(2);
  // Four standard errors of linear counting.
  expect(Math.abs(counts!.units - 200)).toBeLessThan(30);
});
