import { expect, test } from 'vitest';
import { ROLLOUT } from '../../../server/api/testing/control.ts';
import { forecastLines, forecastText } from './forecast.ts';

test('a forecast says when the stage, the certificate and the promotion are expected, and at which traffic', () => {
  expect(forecastText(ROLLOUT.forecast!, 2)).toBe(
    'end of this stage in 4m; certificate of no harm in 14m40s; promotion in 15m; a candidate that fails in 1 % is found 25m after the start (at 12/s of this rollout, 0.5 % failing)',
  );
});

test('what never comes is said, what is there already is not', () => {
  const text = forecastText(
    {
      ...ROLLOUT.forecast!,
      basis: 'endpoint',
      certificate: 0,
      promotion: null,
      stages: [{ stage: 2, end: null }],
      detection: { rate: 0.01, time: null },
    },
    2,
  );
  expect(text).toBe(
    'end of this stage never; a candidate that fails in 1 % is never found (at 12/s of the endpoint before, 0.5 % failing)',
  );
});

test('where nothing is expected nothing is drawn', () => {
  expect(forecastLines({ ...ROLLOUT, forecast: null }, 100)).toEqual([]);
});
