import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { BinCounter } from './bin-counter.ts';
import { buildProfile } from './build-profile.ts';
import { parseProfile } from './parse-profile.ts';

const random = seededRandom(3);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Columns of which neighbours go together, or apart, each by itself standard normal. */
function columns(rows: number, width: number, correlation: number) {
  const values = Array.from({ length: width }, () => new Float64Array(rows));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 2) {
      const x = normal();
      values[j]![i] = x;
      if (j + 1 < width) values[j + 1]![i] = correlation * x + Math.sqrt(1 - correlation ** 2) * normal();
    }
  }
  return values.map((one, j) => ({
    name: `x${j}`,
    column: { kind: 'number', values: one, nulls: null } as const,
  }));
}

const psi = (counts: Float64Array, reference: readonly number[]): number => {
  const share = (list: ArrayLike<number>) => {
    const total = Array.from(list).reduce((a, b) => a + b, 0);
    return Array.from(list, (n) => (n + 0.5) / total);
  };
  const [p, q] = [share(reference), share(counts)];
  return p.reduce((sum, x, k) => sum + (x - q[k]!) * Math.log(x / q[k]!), 0);
};

test.each([2, 10, 64, 100])(
  '%i features: a flipped correlation moves what they make together, new rows of the same kind do not',
  (width) => {
    const profile = parseProfile(
      JSON.parse(JSON.stringify(buildProfile(columns(8000, width, 0.8), { source: 'file' }))),
    );
    const counter = new BinCounter(profile);
    const moved = (correlation: number): number => {
      const rows = columns(8000, width, correlation).map(({ column }) => column);
      const counts = counter.count(8000, rows).joint;
      return Math.max(...counts.map((one, k) => psi(one, profile.joint!.features[k]!.counts)));
    };
    expect(moved(0.8)).toBeLessThan(0.03);
    expect(moved(-0.8)).toBeGreaterThan(0.2);
  },
);

test('a damaged projection is refused with a code', () => {
  const profile = JSON.parse(JSON.stringify(buildProfile(columns(1000, 3, 0.5), { source: 'file' })));
  const { projection } = profile.joint;
  for (const damaged of [
    null,
    7,
    {},
    { ...projection, factor: [1] },
    { ...projection, kind: 'other' },
    { ...projection, scores: [null] },
  ]) {
    expect(() => parseProfile({ ...profile, joint: { ...profile.joint, projection: damaged } })).toThrow(
      expect.objectContaining({ code: 'PROFILE_INVALID' }),
    );
  }
});

test('one feature alone, or too few rows, make nothing together', () => {
  expect(buildProfile(columns(1000, 1, 0), { source: 'file' }).joint).toBeNull();
  expect(buildProfile(columns(100, 4, 0), { source: 'file' }).joint).toBeNull();
});
