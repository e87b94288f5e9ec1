import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/random.ts';
import { findMetric, readMetric } from './accuracy-metrics.ts';
import type { BinaryRows, MetricRows, MetricTask } from './metric-rows.ts';

interface Case {
  readonly task: MetricTask;
  readonly rows: Readonly<Record<string, readonly number[]>>;
  readonly metrics: Readonly<Record<string, number>>;
}

const INTEGERS = new Set(['request']);

const rowsOf = ({ task, rows }: Case): MetricRows => {
  const columns = Object.entries(rows).map(([name, values]) => {
    if (name === 'classes') return [name, values];
    const isIndex = INTEGERS.has(name) || (task === 'multiclass' && /truth|predicted/.test(name));
    return [name, isIndex ? Int32Array.from(values) : Float64Array.from(values)];
  });
  return { task, ...Object.fromEntries(columns) } as MetricRows;
};

const { cases } = JSON.parse(
  readFileSync(new URL('../../../../fixtures/monitoring/metrics.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

const normal = (random: { next(): number }): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

describe('metrics of accuracy', () => {
  it.each(cases.map((one, i) => [i, one.task, one] as const))(
    'are those of scikit-learn (case %i, %s)',
    (_, task, one) => {
      for (const [name, value] of Object.entries(one.metrics))
        expect(readMetric(rowsOf(one), findMetric(task, name)!).value, name).toBeCloseTo(value, 11);
    },
  );

  it('have a metric for every name that scikit-learn was asked for, and none for others', () => {
    expect(findMetric('binary', 'rmse')).toBeNull();
    expect(findMetric('ranking', 'ndcg@0')).toBeNull();
    expect(findMetric('binary', 'toString')).toBeNull();
    expect(findMetric('value', 'revenue')?.better).toBe('higher');
  });

  it('weigh a row as if it were there as often as it stands for', () => {
    for (const one of cases) {
      const rows = rowsOf(one);
      if (rows.task === 'ranking') continue;
      const repeated = [...rows.weight].flatMap((w, i) => Array.from({ length: w }, () => i));
      for (const name of Object.keys(one.metrics)) {
        const metric = findMetric(one.task, name)!;
        const often = repeat(rows, repeated);
        expect(readMetric(often, metric).value, name).toBeCloseTo(readMetric(rows, metric).value, 10);
      }
    }
  });

  it('have influences that tell how the metric moves when a row weighs a little more', () => {
    for (const one of cases) {
      const rows = rowsOf(one);
      const mass = rows.weight.reduce((a, b) => a + b, 0);
      for (const name of Object.keys(one.metrics)) {
        const { measure } = findMetric(one.task, name)!;
        const { value, influence } = measure(rows);
        if (influence === null) continue;
        for (const i of [0, 5, 11]) {
          if (rows.task === 'ranking' && i % 12 !== 0) continue;
          const step = 1e-6 * mass;
          const heavier = measure({ ...rows, weight: heavierAt(rows, i, step) });
          const slope = ((heavier.value - value) / step) * mass;
          expect(slope, `${name} of row ${i}`).toBeCloseTo(influence[i]!, 3);
        }
      }
    }
  });
});

describe('metrics that scikit-learn has not', () => {
  it('are the gap of scores and shares over ten bins of as many rows: calibration error', () => {
    const random = seededRandom(30);
    const n = 400;
    const score = Float64Array.from({ length: n }, () => random.next());
    const truth = score.map((s) => Number(random.next() < s * s));
    const rows: BinaryRows = {
      ...{ task: 'binary', truth, score, predicted: score.map(Math.round) },
      weight: new Float64Array(n).fill(2),
    };
    const order = [...score.keys()].sort((a, b) => score[a]! - score[b]!);
    const gaps = Array.from({ length: 10 }, (_, bin) => {
      const own = order.slice((bin * n) / 10, ((bin + 1) * n) / 10);
      return Math.abs(own.reduce((sum, i) => sum + score[i]! - truth[i]!, 0)) / n;
    });
    const { value } = findMetric('binary', 'calibration_error')!.measure(rows);
    expect(value).toBeCloseTo(
      gaps.reduce((a, b) => a + b, 0),
      12,
    );
  });

  it('are where the first relevant candidate stands: mrr and hit_rate, requests by weight', () => {
    const rows: MetricRows = {
      task: 'ranking',
      request: Int32Array.of(0, 0, 0, 1, 1, 2, 2, 2, 2),
      relevance: Float64Array.of(0, 1, 0, 2, 0, 0, 0, 0, 1),
      score: Float64Array.of(0.9, 0.5, 0.7, 0.2, 0.1, 0.9, 0.8, 0.7, 0.6),
      weight: Float64Array.of(1, 1, 1, 1, 1, 2, 2, 2, 2),
    };
    const of = (name: string) => findMetric('ranking', name)!.measure(rows).value;
    expect(of('mrr')).toBeCloseTo((1 / 3 + 1 + 2 * (1 / 4)) / 4, 12);
    expect(of('hit_rate@1')).toBeCloseTo(1 / 4, 12);
    expect(of('hit_rate@3')).toBeCloseTo(2 / 4, 12);
    expect(of('hit_rate')).toBe(1);
  });
});

describe('intervals of metrics', () => {
  const draw = (n: number, random: { next(): number }): BinaryRows => {
    const truth = Float64Array.from({ length: n }, () => (random.next() < 0.3 ? 1 : 0));
    const score = truth.map((t) => 1 / (1 + Math.exp(-(normal(random) + 1.5 * t - 1))));
    const weight = Float64Array.from({ length: n }, () => (random.next() < 0.5 ? 1 : 4));
    return { task: 'binary', truth, score, predicted: score.map((s) => (s > 0.5 ? 1 : 0)), weight };
  };

  it.each(['accuracy', 'precision', 'recall', 'specificity', 'f1', 'auc', 'logloss', 'brier'])(
    'hold the true %s 19 times of 20',
    (name) => {
      const metric = findMetric('binary', name)!;
      const truth = readMetric(draw(200_000, seededRandom(1)), metric).value;
      const random = seededRandom(20);
      let hits = 0;
      for (let i = 0; i < 600; i++) {
        const { interval } = readMetric(draw(250, random), metric);
        if (interval.lower <= truth && truth <= interval.upper) hits++;
      }
      expect(hits / 600).toBeGreaterThan(0.925);
      expect(hits / 600).toBeLessThan(0.98);
    },
  );

  it('hold the true average precision, which is resampled', () => {
    const metric = findMetric('binary', 'average_precision')!;
    const truth = metric.measure(draw(200_000, seededRandom(1))).value;
    const random = seededRandom(21);
    let hits = 0;
    for (let i = 0; i < 60; i++) {
      const { interval } = readMetric(draw(150, random), metric);
      if (interval.lower <= truth && truth <= interval.upper) hits++;
    }
    expect(hits).toBeGreaterThan(52);
  });

  it('are not a point where every row is right, and unknown without rows', () => {
    const rows = draw(40, seededRandom(3));
    const right = { ...rows, predicted: rows.truth, score: rows.truth };
    for (const name of ['accuracy', 'precision', 'recall', 'auc', 'f1']) {
      const { value, interval } = readMetric(right, findMetric('binary', name)!);
      expect(value).toBe(1);
      expect(interval.lower, name).toBeLessThan(0.98);
    }
    const none = { ...rows, truth: rows.truth.fill(0), predicted: rows.truth };
    expect(readMetric(none, findMetric('binary', 'auc')!).value).toBeNaN();
    expect(readMetric(none, findMetric('binary', 'recall')!).interval.lower).toBeNaN();
  });
});

function repeat(rows: MetricRows, indices: readonly number[]): MetricRows {
  const columns = Object.entries(rows).map(([name, value]) => {
    if (typeof value === 'string' || name === 'classes') return [name, value];
    const column = value as Float64Array;
    const width = column.length / rows.weight.length;
    const of =
      name === 'weight'
        ? indices.map(() => 1)
        : indices.flatMap((i) => [...column.slice(i * width, (i + 1) * width)]);
    return [name, column instanceof Int32Array ? Int32Array.from(of) : Float64Array.from(of)];
  });
  return Object.fromEntries(columns) as MetricRows;
}

const heavierAt = (rows: MetricRows, i: number, step: number): Float64Array =>
  rows.weight.map((w, j) => (j === i ? w + step : w));
