/**
 * Tests and distances of a column as scipy 1.17 defines them. Missing values are left out beforehand; scipy chooses
 * nothing by itself, so the verdict is that of the customary test at the customary level. Pure.
 */
import { valueOfKey } from '../../core/element-at.ts';
import { andersonDarling } from '../../statistics/anderson-darling.ts';
import { contingencyTest, fisherExact } from '../../statistics/contingency.ts';
import { cramerVonMises } from '../../statistics/cramer-von-mises.ts';
import { jensenShannon, kullbackLeibler } from '../../statistics/divergences.ts';
import { eppsSingleton } from '../../statistics/epps-singleton.ts';
import { kolmogorovSmirnov, type SampleTest } from '../../statistics/kolmogorov-smirnov.ts';
import { mannWhitney } from '../../statistics/mann-whitney.ts';
import { energyDistance, sorted, wasserstein } from '../../statistics/sample-distances.ts';
import { tTest } from '../../statistics/t-test.ts';
import { oneValue } from './evidently/numbers.ts';
import {
  allUnavailable,
  type LibraryScores,
  runMethods,
  type ScoreMethods,
  ScoreUnavailable,
  scoreNumber,
} from './library-scores.ts';
import {
  type ColumnPair,
  type ContingencyTable,
  contingencyTable,
  countCategories,
  presentNumbers,
} from './sample-column.ts';

const NUMBER_NAMES = [
  'ks',
  'cramer_von_mises',
  'anderson',
  'mann_whitney',
  'epps_singleton',
  't',
  'welch',
  'wasserstein',
  'energy',
] as const;
const CATEGORY_NAMES = ['chi2', 'fisher', 'js', 'kl'] as const;
const LEVEL = 0.05;

export function scipyScores(
  { reference, current }: ColumnPair,
  ks: SampleTest = kolmogorovSmirnov,
): LibraryScores {
  if (reference.kind === 'number' && current.kind === 'number') {
    const [x, y] = [presentNumbers(reference.values), presentNumbers(current.values)];
    if (x.length === 0 || y.length === 0) return allUnavailable(NUMBER_NAMES, emptyReason(x.length));
    return judged(numberMethods(sorted(x), sorted(y), ks), 'ks');
  }
  if (reference.kind === 'category' && current.kind === 'category') {
    const [p, q] = [countCategories(reference.values), countCategories(current.values)];
    if (p.size === 0 || q.size === 0) return allUnavailable(CATEGORY_NAMES, emptyReason(p.size));
    return judged(categoryMethods(contingencyTable(p, q)), 'chi2');
  }
  return allUnavailable(NUMBER_NAMES, 'the files do not agree whether the column is of numbers');
}

const emptyReason = (inReference: number): string =>
  `the ${inReference === 0 ? 'reference' : 'current'} column has no value`;

function numberMethods(x: Float64Array, y: Float64Array, ks: SampleTest): ScoreMethods {
  const finite = [x[0], x.at(-1), y[0], y.at(-1)].every(Number.isFinite);
  const least = Math.min(x.length, y.length);
  const needs = (count: number, method: () => ReturnType<ScoreMethods[string]>) => () => {
    if (!finite) return new ScoreUnavailable('it takes finite values');
    return least < count ? new ScoreUnavailable(`it takes at least ${count} values`) : method();
  };
  return {
    ks: () => ks(x, y),
    cramer_von_mises: () =>
      least < 2 ? new ScoreUnavailable('it takes at least 2 values') : cramerVonMises(x, y),
    anderson: () => (oneValue(x, y) ? new ScoreUnavailable('all values are equal') : andersonDarling(x, y)),
    mann_whitney: () => mannWhitney(x, y, 'two-sided'),
    epps_singleton: needs(
      5,
      () => eppsSingleton(x, y) ?? new ScoreUnavailable('half of the values are equal'),
    ),
    t: needs(2, () => tTest(x, y, true)),
    welch: needs(2, () => tTest(x, y, false)),
    wasserstein: needs(1, () => wasserstein(x, y)),
    energy: needs(1, () => energyDistance(x, y)),
  };
}

function categoryMethods({ keys, reference, current }: ContingencyTable): ScoreMethods {
  const [[a = 0, b = 0], [c = 0, d = 0]] = [reference, current];
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  return {
    chi2: () => contingencyTest(reference, current),
    fisher: () =>
      keys.length !== 2
        ? new ScoreUnavailable(`it takes two categories, there are ${keys.length}`)
        : { statistic: a / total(reference) - c / total(current), p: fisherExact(a, b, c, d) },
    js: () => jensenShannon(reference, current),
    kl: () => kullbackLeibler(reference, current),
  };
}

function judged(methods: ScoreMethods, method: string): LibraryScores {
  const { scores, reasons } = runMethods(methods);
  const score = scores[method];
  if (score === null || score === undefined) {
    return { scores, reasons: { ...reasons, default: valueOfKey(reasons, method) }, default: null };
  }
  const p = scoreNumber(score);
  return { scores, reasons, default: { method, score: p, threshold: LEVEL, drift: p < LEVEL } };
}
