import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, shuffle } from '../../core/random.ts';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import type { MarkSample } from '../window-part.ts';
import { freezeMarks } from './frozen-marks.ts';
import { NEEDS } from './testing/parts.ts';

const sample = (millis: number, score: number | null = null, label: string | null = null): MarkSample => ({
  millis,
  score,
  label,
});
const upTo = (n: number, of: (i: number) => MarkSample): MarkSample[] =>
  Array.from({ length: n }, (_, i) => of(i + 1));

describe('marks', () => {
  test('wait for a hundred answers', () => {
    expect(freezeMarks(upTo(99, sample), NEEDS)).toBeNull();
    expect(freezeMarks(upTo(100, sample), NEEDS)).not.toBeNull();
  });

  test('of slowness are quantiles by nearest rank with the larger slack', () => {
    // 1 … 200 ms: the quantiles are 100, 190 and 198; a tenth of each is more than the slack of 1 ms.
    const { slow } = freezeMarks(upTo(200, sample), NEEDS)!;
    expect(slow.map(({ name }) => name)).toEqual(['p50', 'p95', 'p99']);
    slow.forEach(({ millis }, i) => expect(millis).toBeCloseTo([110, 209, 217.8][i]!, 9));
    // 0.01 … 1 ms: the slack is more than a tenth.
    const small = freezeMarks(
      upTo(100, (i) => sample(i / 100)),
      { ...NEEDS, slack: 2 },
    )!.slow;
    small.forEach(({ millis }, i) => expect(millis).toBeCloseTo([2.5, 2.95, 2.99][i]!, 9));
  });

  test('are crossed by a version twice as slow at a fifth of a millisecond, and not by microseconds', () => {
    const needs = { ...NEEDS, slack: DEFAULT_POLICY.guards.latency!.slack };
    const [usual, tiny] = [0.2, 0.02].map((millis) =>
      freezeMarks(
        upTo(100, () => sample(millis)),
        needs,
      )!.slow.map((mark) => mark.millis),
    );
    for (const mark of usual!) expect(mark).toBeLessThan(0.4);
    for (const mark of tiny!) expect(mark).toBeGreaterThan(0.1);
  });

  test('of outputs are the ends of the scores and each label', () => {
    const samples = upTo(200, (i) => sample(1, i / 200, i % 2 === 0 ? 'stays' : 'goes'));
    expect(freezeMarks(samples, { ...NEEDS, latency: false })).toEqual({
      slow: [],
      shifted: [
        { name: 'low', kind: 'below', limit: 0.05 },
        { name: 'high', kind: 'above', limit: 0.95 },
        { name: 'label goes', kind: 'label', limit: 'goes' },
        { name: 'label stays', kind: 'label', limit: 'stays' },
      ],
    });
    expect(freezeMarks(samples, { ...NEEDS, outputs: false })!.shifted).toEqual([]);
  });

  test.each([
    ['more than ten labels', (i: number) => sample(1, null, `l${i % 11}`), 0],
    ['ten labels', (i: number) => sample(1, null, `l${i % 10}`), 10],
    ['labels that are texts', (i: number) => sample(1, null, 'x'.repeat(49 - (i % 2))), 0],
    ['neither score nor label', () => sample(1), 0],
    ['scores that are no numbers', () => sample(1, Number.NaN), 0],
    ['ten labels and a score', (i: number) => sample(1, i, `l${i % 10}`), 12],
  ])('of outputs with %s: as many as can be counted', (_what, of, expected) => {
    expect(freezeMarks(upTo(200, of), NEEDS)!.shifted).toHaveLength(expected);
  });

  test('are the same in whatever order answers came', () => {
    const answers = fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1e4, noNaN: true }),
        fc.double({ noNaN: true }),
        fc.constantFrom('a', 'b'),
      ),
      { minLength: 100, maxLength: 150 },
    );
    fc.assert(
      fc.property(answers, fc.nat(), (rows, seed) => {
        const samples = rows.map((row) => sample(...row));
        const shuffled = shuffle([...samples], seededRandom(seed));
        expect(freezeMarks(shuffled, NEEDS)).toEqual(freezeMarks(samples, NEEDS));
      }),
      { numRuns: 50 },
    );
  });
});
