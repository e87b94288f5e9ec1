import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/random.ts';
import { findMetric } from '../metrics/accuracy-metrics.ts';
import {
  type BinaryRows,
  type MulticlassRows,
  type RegressionRows,
  rowCount,
  selectRows,
} from '../metrics/metric-rows.ts';
import {
  type EstimatorInputs,
  estimateAccuracy,
  expectedMetric,
  fitEstimator,
} from './accuracy-estimator.ts';
import { residualBand } from './error-band.ts';
import { assessTrust, eValueOfP } from './estimate-trust.ts';
import { predictionPoweredEstimate } from './prediction-powered.ts';

type Random = { next(): number };
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const ones = (n: number): Float64Array => new Float64Array(n).fill(1);
const periodsOf = (n: number, periods: number): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => Math.floor((i * periods) / n));

/** Errors grow with x; `centre` is where x is. */
function regression(n: number, centre: number, random: Random): EstimatorInputs<RegressionRows> {
  const x = Float64Array.from({ length: n }, () => centre + normal(random));
  const truth = x.map((v) => 3 * v + normal(random) * (0.5 + Math.max(0, v)));
  const rows: RegressionRows = { task: 'regression', truth, predicted: x.map((v) => 3 * v), weight: ones(n) };
  return { rows, features: [{ name: 'x', kind: 'number', values: x }] };
}

describe('losses of numbers without labels', () => {
  it.each(['mae', 'rmse'])('are estimated within a tenth where inputs moved: %s', (metric) => {
    const random = seededRandom(1);
    const estimator = fitEstimator(regression(6000, 0, random), periodsOf(6000, 6), metric)!;
    const moved = regression(3000, 1, random);
    const realised = findMetric('regression', metric)!.measure(moved.rows).value;
    const blind = { ...moved, rows: { ...moved.rows, truth: moved.rows.truth.map(() => Number.NaN) } };
    const { value, band } = estimateAccuracy(estimator, blind);
    expect(Math.abs(value / realised - 1)).toBeLessThan(0.1);
    // Without the model it would be what it was in the reference.
    expect(Math.abs(value - realised)).toBeLessThan(Math.abs(estimator.reference.value - realised) / 3);
    expect(band!.level).toBeCloseTo(6 / 7, 9);
  });

  it('are none of R² and bias, nor of a ranking', () => {
    const inputs = regression(200, 0, seededRandom(2));
    expect(fitEstimator(inputs, periodsOf(200, 4), 'r2')).toBeNull();
    expect(fitEstimator(inputs, periodsOf(200, 4), 'bias')).toBeNull();
  });
});

describe('metrics of several classes without labels', () => {
  it('are what they are where the mix of classes moved, though scores are no chances', () => {
    const draw = (n: number, shift: number, random: Random): MulticlassRows => {
      const truth = new Int32Array(n);
      const probabilities = new Float64Array(3 * n);
      for (let i = 0; i < n; i++) {
        const logits = [0, 1, 2].map((k) => normal(random) + (k === 0 ? shift : 0));
        const chances = logits.map(Math.exp);
        const sum = chances.reduce((a, b) => a + b, 0);
        const u = random.next() * sum;
        truth[i] = Number(u > chances[0]!) + Number(u > chances[0]! + chances[1]!);
        // Overconfident: the scores are the chances squared.
        const squares = chances.map((c) => c * c);
        const total = squares.reduce((a, b) => a + b, 0);
        squares.forEach((s, k) => {
          probabilities[3 * i + k] = s / total;
        });
      }
      const predicted = truth.map((_, i) => {
        const row = probabilities.subarray(3 * i, 3 * i + 3);
        return row.indexOf(Math.max(...row));
      });
      return {
        task: 'multiclass',
        classes: ['a', 'b', 'c'],
        truth,
        predicted,
        probabilities,
        weight: ones(n),
      };
    };
    const random = seededRandom(3);
    const reference = draw(8000, 0, random);
    const moved = draw(8000, 1.5, random);
    for (const metric of ['accuracy', 'macro_f1', 'weighted_f1', 'auc', 'logloss']) {
      const estimator = fitEstimator({ rows: reference, features: [] }, periodsOf(8000, 8), metric)!;
      const { value } = estimateAccuracy(estimator, { rows: moved, features: [] });
      const realised = findMetric('multiclass', metric)!.measure(moved).value;
      expect(Math.abs(value - realised), metric).toBeLessThan(0.05);
    }
  });
});

describe('bands of residuals', () => {
  const residuals = [0.01, -0.02, 0.03, -0.01].map((value) => ({ value, size: 100 }));
  const options = { range: [0, 1] as const, rowVariance: 0.25, size: 100, level: 0.95 };

  it('are as far as the farthest of a few, and say how sure that is', () => {
    const band = residualBand(0.8, residuals, options)!;
    expect(band.lower).toBeCloseTo(0.77, 12);
    expect(band.level).toBeCloseTo(0.8, 12);
    expect(residualBand(0.8, residuals.slice(0, 2), options)).toBeNull();
  });

  it('leave out the farthest of many, widen for few rows, and stay in range', () => {
    const many = Array.from({ length: 39 }, (_, i) => ({ value: i / 1000, size: 100 }));
    expect(residualBand(0.5, many, options)!.upper).toBeCloseTo(0.537, 12);
    const small = residualBand(0.8, residuals, { ...options, size: 25 })!;
    expect(0.8 - small.lower).toBeCloseTo(Math.sqrt(0.03 ** 2 + 1.959964 ** 2 * 0.25 * 0.03), 6);
    expect(small.upper).toBeLessThanOrEqual(1);
  });
});

describe('trust in estimates', () => {
  const random = seededRandom(5);
  const reference = Array.from({ length: 8 }, () => 0.02 * normal(random));

  it('ends when matured cohorts disagree, and says by how much', () => {
    const trust = assessTrust(reference, [0.01, -0.14, -0.13, -0.15], 0.02);
    expect(trust.isTrusted).toBe(false);
    expect(trust.off).toBeCloseTo(0.14, 6);
    expect(assessTrust(reference, [-0.14, -0.13], 0.2).isTrusted).toBe(true);
  });

  it('comes back when cohorts agree again, and stays where nothing is wrong', () => {
    const agree = Array.from({ length: 40 }, () => 0.015 * normal(random));
    expect(assessTrust(reference, [-0.14, ...agree], 0.02).isTrusted).toBe(true);
    let hidden = 0;
    for (let run = 0; run < 200; run++) {
      const before = Array.from({ length: 8 }, () => 0.02 * normal(random));
      const after = Array.from({ length: 12 }, () => 0.02 * normal(random));
      if (!assessTrust(before, after, 0).isTrusted) hidden++;
    }
    expect(hidden / 200).toBeLessThan(0.15);
  });

  it('rests on e-values: of p-values without news they are 1 on average', () => {
    const n = 20_000;
    const mean = Array.from({ length: n }, (_, i) => eValueOfP((i + 0.5) / n)).reduce((a, b) => a + b, 0) / n;
    expect(mean).toBeLessThanOrEqual(1);
    expect(mean).toBeGreaterThan(0.8);
  });
});

describe('estimates put right by some labels', () => {
  const draw = (n: number, random: Random, drift: number): BinaryRows => {
    const score = Float64Array.from({ length: n }, () => random.next());
    const truth = score.map((s) => (random.next() < s * drift ? 1 : 0));
    return { task: 'binary', truth, score, predicted: score.map((s) => Number(s > 0.5)), weight: ones(n) };
  };

  it('hold the truth where the estimate alone is wrong, and are tighter than labels alone', () => {
    const random = seededRandom(6);
    const metric = findMetric('binary', 'brier')!;
    const estimator = fitEstimator(
      { rows: draw(5000, random, 1), features: [] },
      periodsOf(5000, 5),
      'brier',
    )!;
    const truth = metric.measure(draw(400_000, random, 0.7)).value;
    let [hits, width, alone] = [0, 0, 0];
    for (let run = 0; run < 200; run++) {
      const rows = draw(2000, random, 0.7);
      const labelled = selectRows(
        rows,
        Array.from({ length: 200 }, (_, i) => i),
      );
      const expectedOf = (part: BinaryRows) => expectedMetric(estimator, { rows: part, features: [] });
      const answer = predictionPoweredEstimate(
        { realised: metric.measure(labelled), expected: expectedOf(labelled), weight: labelled.weight },
        { measured: expectedOf(rows), weight: rows.weight },
        metric.range,
        0.95,
      )!;
      if (answer.interval.lower <= truth && truth <= answer.interval.upper) hits++;
      width += answer.interval.upper - answer.interval.lower;
      const bare = predictionPoweredEstimate(
        {
          realised: metric.measure(labelled),
          expected: { value: Number.NaN, influence: null, size: null },
          weight: labelled.weight,
        },
        { measured: expectedOf(rows), weight: rows.weight },
        metric.range,
        0.95,
      )!;
      alone += bare.interval.upper - bare.interval.lower;
    }
    expect(hits / 200).toBeGreaterThan(0.91);
    expect(width).toBeLessThanOrEqual(alone);
    expect(rowCount(draw(10, random, 1))).toBe(10);
  });
});
