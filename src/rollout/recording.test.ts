import { expect, test } from 'vitest';
import { blankWindow } from './collect/testing/parts.ts';
import { parseWindow } from './recorded-window.ts';
import { recordingLine } from './recording.ts';

const some = (units: number, failures: number) => ({
  units,
  failures,
  over: new Map([['p95', 3]]),
  shifted: new Map([['low', 1]]),
  atRisk: new Map([['p95', units - 2]]),
  labels: { units: 10, failures: 2 },
});

const counts = (units: number, failures: number) => ({
  ...some(units, failures),
  newcomers: { ...some(units - 1, failures - 1), labels: { units: 4, failures: 1 } },
  assigned: units - 1,
  distinct: {
    ...{ stage: 4, units: 3, copied: 2, failures: 1, over: new Map([['p95', 2]]) },
    lasting: { units: 9, failures: 1 },
  },
});

test('a closed window written as a line is read back by a replay as it was', () => {
  const window = blankWindow({
    window: 7,
    start: Date.UTC(2026, 0, 1),
    stage: 2,
    shares: [0.25, 0.75],
    arms: [counts(100, 3), counts(300, 5)],
    pairs: 12,
    paired: new Map([['errors', { candidateOnly: 2, stableOnly: 1, both: 4 }]]),
    copies: { stage: 7, units: 5 },
    mirrored: 12,
  });
  const text = JSON.stringify(recordingLine(window, new Date(window.start).toISOString()));
  expect(parseWindow(text, 1)).toEqual({
    rollout: 'ro_1',
    window: 7,
    start: window.start,
    weight: 0.25,
    stage: 2,
    candidate: window.arms[0],
    stable: window.arms[1],
    pairs: 12,
    paired: window.paired,
    copies: window.copies,
  });
});
