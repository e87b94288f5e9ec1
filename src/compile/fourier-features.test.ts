import { expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { prepareStep } from '../engine/native/prepare.ts';
import type { FourierFeaturesStep } from '../model/fourier-features.ts';
import { base, infer, numberTypes, tableSignature } from './testing/session.ts';

test.each([1, 5, 300])(
  'cosines of rows of %i columns are those of the other engine, however far out',
  async (cols) => {
    const random = seededRandom(7);
    const numbers = (count: number) => Float64Array.from({ length: count }, () => 4 * random.next() - 2);
    const step: FourierFeaturesStep = {
      kind: 'fourier-features',
      ...{ ...base, features: cols },
      weights: { rows: 6, cols, data: numbers(6 * cols) },
      offset: numbers(6),
      factor: 1,
    };
    const scales = [0, 1e-300, 1, 1e3, 1e6, 1e9, 1e12, 2 ** 50 / (8 * cols)];
    const rows = scales.map((scale) => numbers(cols).map((value) => value * scale));
    rows.push(rows[1]!.map((value, k) => (k === 0 ? 1e11 : value)));
    const block = {
      kind: 'dense',
      rows: rows.length,
      cols,
      data: Float64Array.from(rows.flatMap((row) => [...row])),
    } as const;
    const { data } = prepareStep(step, []).transform!(block) as { data: Float64Array };
    const { transform } = await infer(
      step,
      tableSignature(numberTypes(cols), ['transform']),
      rows.map((row) => [...row]),
    );
    const apart = Array.from(data, (value, k) => Math.abs(value - (transform!.data[k] as number)));
    expect(Math.max(...apart)).toBeLessThan(2e-13);
  },
);
