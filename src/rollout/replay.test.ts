import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { parseWindow } from './recorded-window.ts';
import { guardsOnly, RolloutReplay } from './replay.ts';

const line = (
  rollout: string,
  window: number,
  candidate: [number, number],
  stable: [number, number],
): string =>
  JSON.stringify({
    rollout,
    window,
    start: '2026-01-01T00:00:00Z',
    weight: 0.05,
    arms: {
      candidate: { units: candidate[0], failures: candidate[1], over: {} },
      stable: { units: stable[0], failures: stable[1] },
    },
  });

const sequence: [[number, number], [number, number]][] = [
  [
    [100, 1],
    [1900, 9],
  ],
  [
    [100, 3],
    [1900, 8],
  ],
  [
    [100, 4],
    [1900, 10],
  ],
  [
    [500, 9],
    [1500, 8],
  ],
];

test('Replay aborts at the first window whose evidence reaches 1/α and keeps counting after it', () => {
  const replay = new RolloutReplay(guardsOnly(0.01));
  sequence.forEach(([c, s], i) => replay.add(parseWindow(line('r1', i, c, s), i + 1)));
  const [verdict] = [...replay.verdicts()];
  // Published path of E_harm: .820147, 5.730349, 180.153468, 2420.041331; 1/α = 100.
  expect(verdict).toMatchObject({ rollout: 'r1', verdict: 'abort', decidedAt: 2 });
  expect(Math.exp(verdict!.harm.log)).toBeCloseTo(2420.041331, 4);
});

test('Replay keeps interleaved rollouts apart', () => {
  const replay = new RolloutReplay(guardsOnly(0.01));
  sequence.forEach(([c, s], i) => {
    replay.add(parseWindow(line('bad', i, c, s), 1));
    replay.add(parseWindow(line('idle', i, [0, 0], s), 1));
  });
  expect([...replay.verdicts()].map(({ rollout, verdict }) => [rollout, verdict])).toEqual([
    ['bad', 'abort'],
    ['idle', 'hold'],
  ]);
});

test('parseWindow() names the line, the field, what is there and what is wanted', () => {
  const problem = (text: string): unknown => {
    try {
      return parseWindow(text, 7);
    } catch (error) {
      return isPlimsollError(error) ? error.message : error;
    }
  };
  expect(problem(line('r', 0, [5, 6], [1, 0]))).toBe(
    'Cannot read recorded windows at line 7: arms.candidate.failures is 6, wanted a whole number from 0 to 5',
  );
  expect(problem('{"rollout":"r","window":0}')).toContain('arms.candidate is missing, wanted an object');
  expect(problem('nonsense')).toContain('line 7');
});
