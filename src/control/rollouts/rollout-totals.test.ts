import { expect, it } from 'vitest';
import { blankWindow } from '../../rollout/collect/testing/parts.ts';
import { type ArmCounts, NO_ARM_COUNTS } from '../../rollout/recorded-window.ts';
import type { ClosedWindow } from '../../rollout/strategy-machine.ts';
import { addWindowToTotals, isBlankWindow, NO_ROLLOUT_TOTALS } from './rollout-totals.ts';

const windowOf = (arms: readonly Partial<ArmCounts>[], changes: Partial<ClosedWindow> = {}): ClosedWindow =>
  blankWindow({ arms: arms.map((arm) => ({ ...NO_ARM_COUNTS, ...arm })), ...changes });

it('totals are the sums of windows, also of arms and segments that come later', () => {
  const first = windowOf([{ units: 3, failures: 1 }], {
    segments: new Map([['de', [{ units: 3, failures: 1 }]]]),
    latency: [[1, 2]],
    missingParts: 1,
  });
  const second = windowOf([{ units: 2 }, { units: 5, failures: 4 }], {
    segments: new Map([
      [
        'de',
        [
          { units: 1, failures: 0 },
          { units: 2, failures: 2 },
        ],
      ],
      ['', [{ units: 1, failures: 0 }]],
    ]),
    latency: [[1], [0, 7]],
    mirrored: 4,
    dropped: 2,
  });
  expect([first, second].reduce(addWindowToTotals, NO_ROLLOUT_TOTALS)).toMatchObject({
    windows: 2,
    arms: [
      { units: 5, failures: 1, latency: [2, 2] },
      { units: 5, failures: 4, latency: [0, 7] },
    ],
    segments: new Map([
      [
        'de',
        [
          { units: 4, failures: 1 },
          { units: 2, failures: 2 },
        ],
      ],
      ['', [{ units: 1, failures: 0 }]],
    ]),
    missingParts: 1,
    mirrored: 4,
    dropped: 2,
  });
});

it('a window is blank where nobody came, and not where only those came who had failed before', () => {
  expect(isBlankWindow(windowOf([{}, {}], { latency: [[0, 0], []] }))).toBe(true);
  const seen: Partial<ClosedWindow>[] = [
    { latency: [[0, 1]] },
    { pairs: 1 },
    { crossed: 1 },
    { missingParts: 1 },
    { mirrored: 1 },
    { dropped: 1 },
    { outcomes: {} },
  ];
  for (const changes of seen) expect(isBlankWindow(windowOf([{}, {}], changes))).toBe(false);
  const arms: Partial<ArmCounts>[] = [
    { units: 1 },
    { labels: { units: 1, failures: 0 } },
    { over: new Map([['p50', 1]]) },
    { atRisk: new Map([['p50', 1]]) },
  ];
  for (const arm of arms) expect(isBlankWindow(windowOf([{}, arm]))).toBe(false);
});
