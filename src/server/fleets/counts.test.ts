import { expect, test } from 'vitest';
import { Metrics } from '../../serving/http/metrics.ts';
import { takeSnapshot } from '../../serving/http/snapshot.ts';
import { countsOf } from './counts.ts';

test('a model has the requests of all its versions: answered, and failed on account of the version', () => {
  const metrics = new Metrics();
  for (const version of [1, 2]) metrics.seriesOf('m', version).answered(3, 0);
  const second = metrics.seriesOf('m', 2);
  // A malformed request, and a row that the model refuses.
  second.count('invalid');
  second.count('invalid');
  second.blame();
  metrics.seriesOf('other', 1).answered(1, 0);
  const wanted = [
    { model: 'm', requests: 3, failed: 1 },
    { model: 'other', requests: 1, failed: 0 },
  ];
  expect(countsOf(metrics.series)).toEqual(wanted);
  expect(countsOf(takeSnapshot(metrics, 0).series)).toEqual(wanted);
});
