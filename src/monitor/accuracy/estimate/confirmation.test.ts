/** The band was chosen on California alone: here are data sets that nobody looked at before. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findMetric } from '../metrics/accuracy-metrics.ts';
import { type MetricRows, selectRows } from '../metrics/metric-rows.ts';
import { estimateAccuracy, fitEstimator } from './accuracy-estimator.ts';
import { assessTrust } from './estimate-trust.ts';

const folder = new URL('../../../../fixtures/monitoring/', import.meta.url);

interface DataSet {
  readonly chunk: number;
  readonly classes: readonly string[];
  readonly metrics: Readonly<
    Record<string, Readonly<Record<'value' | 'lower' | 'upper', readonly number[]>>>
  >;
}

/** As a policy has it where people say nothing. */
const MINIMUM_LOSS = 0.03;

const { sets } = JSON.parse(readFileSync(new URL('label-free.json', folder), 'utf8')) as {
  readonly sets: Readonly<Record<string, DataSet>>;
};

interface Chunk {
  readonly isInside: boolean;
  readonly isInsideTheirs: boolean;
  readonly width: number;
  /** Chance with which our band promises to hold what is realised. */
  readonly level: number;
  /** Whether the estimate is shown, by the labels of all chunks before. */
  readonly isTrusted: boolean;
}

const count = (chunks: readonly Chunk[], is: (chunk: Chunk) => boolean): number => chunks.filter(is).length;

describe('an estimate without labels, on data that its band was not chosen on', () => {
  it.each(['auc', 'accuracy'])(
    'has the realised %s of employment inside as often as it promises',
    (metric) => {
      const chunks = chunksOf('employment', metric);
      const promised = chunks.reduce((sum, { level }) => sum + level, 0);
      const deviation = Math.sqrt(promised * (1 - promised / chunks.length));
      expect(chunks).toHaveLength(42);
      expect(count(chunks, ({ isInside }) => isInside)).toBeGreaterThanOrEqual(promised - 2 * deviation);
      expect(count(chunks, ({ isTrusted }) => isTrusted)).toBe(42);
      expect(Math.max(...chunks.map(({ width }) => width))).toBeLessThan(0.1);
    },
  );

  it.each(['auc', 'accuracy'])(
    'misses the first cards (%s) whose labels mean something else, and is hidden soon after',
    (metric) => {
      const chunks = chunksOf('cards', metric);
      const [before, after] = [chunks.slice(0, 5), chunks.slice(5)];
      expect(count(before, ({ isTrusted }) => isTrusted)).toBe(5);
      expect(count(before, ({ isInside }) => isInside)).toBeGreaterThanOrEqual(4);
      // What no score tells, no estimate knows; nannyml says it five times.
      expect(after[0]!.isInside).toBe(false);
      expect(count(after, ({ isInsideTheirs }) => isInsideTheirs)).toBe(0);
      expect(after.slice(2).every(({ isTrusted }) => !isTrusted)).toBe(true);
      expect(after[1]!.width).toBeGreaterThan(4 * before[4]!.width);
    },
  );
});

/** Labels of a chunk are known before the next is estimated. */
function chunksOf(name: string, metric: string): readonly Chunk[] {
  const set = sets[name]!;
  const { reference, analysis } = readSet(name, set);
  const n = reference.weight.length;
  const periods = Int32Array.from({ length: n }, (_, i) => Math.floor(i / set.chunk));
  const estimator = fitEstimator({ rows: reference, features: [] }, periods, metric)!;
  const residuals = estimator.residuals.map(({ value }) => value);
  const { lower, upper } = set.metrics[metric]!;
  const known: { readonly value: number; readonly size: number }[] = [];
  return lower.map((low, i) => {
    const size = Math.min(analysis.weight.length - i * set.chunk, set.chunk);
    const rows = selectRows(
      analysis,
      Array.from({ length: size }, (_, k) => i * set.chunk + k),
    );
    const realised = findMetric(rows.task, metric)!.measure(rows).value;
    const { value, band } = estimateAccuracy(estimator, { rows, features: [] }, known);
    const trust = assessTrust(
      residuals,
      known.map((residual) => residual.value),
      MINIMUM_LOSS,
    );
    known.push({ value: realised - value, size });
    return {
      isInside: band!.lower <= realised && realised <= band!.upper,
      isInsideTheirs: low <= realised && realised <= upper[i]!,
      width: band!.upper - band!.lower,
      level: band!.level,
      isTrusted: trust.isTrusted,
    };
  });
}

function readSet(
  name: string,
  { classes }: DataSet,
): { readonly reference: MetricRows; readonly analysis: MetricRows } {
  const [, ...lines] = gunzipSync(readFileSync(new URL(`${name}.csv.gz`, folder)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const of = (period: string): MetricRows => {
    const own = lines.filter(([first]) => first === period);
    const numbers = (index: number) => Float64Array.from(own, (line) => Number(line[index]));
    const weight = new Float64Array(own.length).fill(1);
    if (classes.length === 0)
      return { task: 'binary', truth: numbers(1), predicted: numbers(2), score: numbers(3), weight };
    const indices = (index: number) => Int32Array.from(own, (line) => classes.indexOf(line[index]!));
    const probabilities = Float64Array.from(own.flatMap((line) => line.slice(3).map(Number)));
    return { task: 'multiclass', classes, truth: indices(1), predicted: indices(2), probabilities, weight };
  };
  return { reference: of('reference'), analysis: of('analysis') };
}
