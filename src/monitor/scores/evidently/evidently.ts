/** Scores of a column as Evidently 0.7 defines them, and its own choice among them. Pure. */
import type { SampleTest } from '../../../statistics/kolmogorov-smirnov.ts';
import {
  allUnavailable,
  type LibraryScores,
  type LibraryVerdict,
  runMethods,
  scoreNumber,
} from '../library-scores.ts';
import {
  type CategoryValue,
  type ColumnPair,
  contingencyTable,
  countCategories,
  finiteNumbers,
  presentNumbers,
} from '../sample-column.ts';
import type { NumericSamples } from './bin-shares.ts';
import { categoryMethods, countTests } from './categories.ts';
import { numberMethods } from './numbers.ts';

/** Above so many rows of the reference (missing ones removed) distances are chosen instead of tests. */
const TESTS_MAX = 1000;
/** Numbers of at most so many different values are judged like categories. */
const FEW_VALUES = 5;
/** An integer column of at most so many different values is taken as categories. */
const INTEGER_CATEGORIES = 10;

const NUMBER_NAMES = [
  'psi', 'js', 'kl', 'hellinger', 'wasserstein', 'energy', 'ks', 'cramer_von_mises', 'anderson', 'mann_whitney',
  'epps_singleton', 't',
] as const; // biome-ignore format: a list
const CATEGORY_NAMES = ['psi', 'js', 'kl', 'hellinger', 'chi2', 'z', 'g', 'fisher'] as const;

export type EvidentlyType = 'numerical' | 'categorical' | 'text';

/** What Evidently takes a column for where it is told nothing, by the reference. */
export function evidentlyType({ reference }: ColumnPair): EvidentlyType {
  if (reference.kind === 'number') {
    const whole = reference.integers && !reference.values.some(Number.isNaN);
    return whole && new Set(reference.values).size <= INTEGER_CATEGORIES ? 'categorical' : 'numerical';
  }
  const present = reference.values.filter((value) => value !== null);
  return new Set(present).size > present.length / 2 ? 'text' : 'categorical';
}

export function evidentlyScores(
  pair: ColumnPair,
  type: EvidentlyType = evidentlyType(pair),
  ks?: SampleTest,
): LibraryScores {
  const names = type === 'numerical' ? NUMBER_NAMES : CATEGORY_NAMES;
  if (type === 'text')
    return allUnavailable(names, 'more than half of the texts are different: Evidently trains a classifier');
  const samples = samplesOf(pair);
  const empty =
    samples.reference.length === 0 ? 'reference' : samples.current.length === 0 ? 'current' : null;
  if (empty)
    return allUnavailable(names, `the ${empty} column has no value (missing and infinite ones do not count)`);
  const table = contingencyTable(countCategories(samples.reference), countCategories(samples.current));
  const numbers = type === 'numerical' ? numbersOf(pair) : null;
  const methods = numbers
    ? { ...numberMethods(numbers, ks), ...(table.keys.length <= FEW_VALUES ? countTests(table) : {}) }
    : categoryMethods(table);
  const { scores, reasons } = runMethods(methods);
  const method = defaultMethod(numbers !== null, table.keys.length, samples.reference.length);
  const score = scores[method];
  if (score === null || score === undefined) {
    return { scores, reasons: { ...reasons, default: reasons[method] ?? 'it has no score' }, default: null };
  }
  return { scores, reasons, default: verdict(method, scoreNumber(score)) };
}

/** Values that count: missing and infinite ones are dropped first. */
function samplesOf({ reference, current }: ColumnPair): {
  reference: readonly CategoryValue[];
  current: readonly CategoryValue[];
} {
  const kept = (column: ColumnPair['reference']): readonly CategoryValue[] =>
    column.kind === 'number'
      ? [...finiteNumbers(column.values)]
      : column.values.filter((value) => value !== null);
  return { reference: kept(reference), current: kept(current) };
}

function numbersOf({ reference, current }: ColumnPair): NumericSamples | null {
  if (reference.kind !== 'number' || current.kind !== 'number') return null;
  const whole = (column: typeof reference): boolean =>
    column.integers && presentNumbers(column.values).length === column.values.length;
  return {
    reference: finiteNumbers(reference.values),
    current: finiteNumbers(current.values),
    integers: whole(reference) && whole(current),
  };
}

function defaultMethod(numeric: boolean, different: number, rows: number): keyof typeof VERDICTS {
  const like = numeric && different > FEW_VALUES ? 'numbers' : 'categories';
  if (rows > TESTS_MAX) return like === 'numbers' ? 'wasserstein' : 'js';
  if (like === 'numbers') return 'ks';
  return different > 2 ? 'chi2' : 'z';
}

/** Thresholds of the methods that are chosen by default, and what counts as drift. */
const VERDICTS = {
  wasserstein: { threshold: 0.1, drifts: (score: number, threshold: number) => score >= threshold },
  js: { threshold: 0.1, drifts: (score: number, threshold: number) => score >= threshold },
  ks: { threshold: 0.05, drifts: (score: number, threshold: number) => score <= threshold },
  chi2: { threshold: 0.05, drifts: (score: number, threshold: number) => score < threshold },
  z: { threshold: 0.05, drifts: (score: number, threshold: number) => score < threshold },
} as const;

function verdict(method: keyof typeof VERDICTS, score: number): LibraryVerdict {
  const { threshold, drifts } = VERDICTS[method];
  return { method, score, threshold, drift: drifts(score, threshold) };
}
