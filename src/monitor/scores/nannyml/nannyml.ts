/** Scores of a column as NannyML 0.13 defines them, and the alarm of its default method. Pure. */

import { valueOfKey } from '../../../core/element-at.ts';
import { hellinger } from '../../../statistics/divergences.ts';
import { mean, populationStandardDeviation } from '../../../statistics/sum.ts';
import {
  allUnavailable,
  type LibraryScores,
  type LibraryVerdict,
  runMethods,
  type ScoreMethods,
  ScoreUnavailable,
  type ScoreValue,
} from '../library-scores.ts';
import { type ColumnPair, presentNumbers, type SampleColumn } from '../sample-column.ts';
import { chiSquare, fitCategoryShares, fitLInfinity } from './categories.ts';
import {
  type FittedMethod,
  fitKolmogorovSmirnov,
  fitShares,
  fitWasserstein,
  jensenShannonBits,
} from './numbers.ts';

const NUMBER_NAMES = ['js', 'ks', 'wasserstein', 'hellinger'] as const;
const CATEGORY_NAMES = ['js', 'chi2', 'hellinger', 'l_infinity'] as const;

/** What is chosen where nothing is said, for columns of every type. */
const DEFAULT_METHOD = 'js';
/** Each file is cut into about so many chunks of equal size; what is left over is one more. */
const CHUNKS = 10;
/** An alarm is raised beyond the mean and so many deviations of the reference's own chunks. */
const DEVIATIONS = 3;

export interface NannymlVerdict extends LibraryVerdict {
  /** Chunks of the current file, as NannyML would cut it, and how many of them alarm. */
  readonly chunks: number;
  readonly alarms: number;
}

export function nannymlScores({ reference, current }: ColumnPair): LibraryScores<NannymlVerdict> {
  if (reference.kind === 'number' && current.kind === 'number') {
    return scored(NUMBER_NAMES, reference.values, current.values, numberMethods(reference.values));
  }
  if (reference.kind === 'category' && current.kind === 'category') {
    const chi2 = (): ScoreValue | ScoreUnavailable =>
      chiSquare(reference.values, current.values) ?? new ScoreUnavailable('the current column has no value');
    const methods = categoryMethods(reference.values);
    return scored(CATEGORY_NAMES, reference.values, current.values, methods, { chi2 });
  }
  return allUnavailable(NUMBER_NAMES, 'the files do not agree whether the column is of numbers');
}

function numberMethods(values: Float64Array): FittedMethods<Float64Array> {
  const reference = presentNumbers(values);
  if (reference.length === 0) return {};
  return {
    js: fitShares(reference, jensenShannonBits),
    ks: fitKolmogorovSmirnov(reference),
    wasserstein: fitWasserstein(reference),
    hellinger: fitShares(reference, hellinger),
  };
}

function categoryMethods(values: readonly (string | null)[]): FittedMethods<readonly (string | null)[]> {
  if (values.every((value) => value === null)) return {};
  return {
    js: fitCategoryShares(values, jensenShannonBits),
    hellinger: fitCategoryShares(values, hellinger),
    l_infinity: fitLInfinity(values),
  };
}

type FittedMethods<V> = Readonly<Record<string, FittedMethod<V> | null>>;

function scored<V extends SampleColumn['values']>(
  names: readonly string[],
  reference: V,
  current: V,
  fitted: FittedMethods<V>,
  tests: ScoreMethods = {},
): LibraryScores<NannymlVerdict> {
  if (Object.keys(fitted).length === 0) return allUnavailable(names, 'the reference column has no value');
  if (Number.isNaN(fitted[DEFAULT_METHOD]?.(current) ?? 0))
    return allUnavailable(names, 'the current column has no value');
  const methods = names.map((name): [string, () => ScoreValue | ScoreUnavailable] => [
    name,
    tests[name] ??
      (() => fitted[name]?.(current) ?? new ScoreUnavailable('the reference has infinite values')),
  ]);
  const { scores, reasons } = runMethods(Object.fromEntries(methods));
  const method = fitted[DEFAULT_METHOD];
  const score = scores[DEFAULT_METHOD];
  const few = Math.min(reference.length, current.length) < CHUNKS;
  if (!method || typeof score !== 'number' || few) {
    const reason = few
      ? `files of less than ${CHUNKS} rows cannot be cut into chunks`
      : valueOfKey(reasons, DEFAULT_METHOD);
    return { scores, reasons: { ...reasons, default: reason }, default: null };
  }
  return { scores, reasons, default: verdict(method, reference, current, score) };
}

function verdict<V extends SampleColumn['values']>(
  method: FittedMethod<V>,
  reference: V,
  current: V,
  score: number,
): NannymlVerdict {
  const known = chunksOf(reference)
    .map(method)
    .filter((value) => !Number.isNaN(value));
  const threshold = mean(known) + DEVIATIONS * populationStandardDeviation(known);
  const chunks = chunksOf(current).map(method);
  const alarms = chunks.filter((value) => value > threshold).length;
  return {
    method: DEFAULT_METHOD,
    score,
    threshold,
    drift: score > threshold,
    chunks: chunks.length,
    alarms,
  };
}

function chunksOf<V extends SampleColumn['values']>(values: V): V[] {
  const size = Math.floor(values.length / CHUNKS);
  const chunks: V[] = [];
  for (let from = 0; from < values.length; from += size) chunks.push(values.slice(from, from + size) as V);
  return chunks;
}
