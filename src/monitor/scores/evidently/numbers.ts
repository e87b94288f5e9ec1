/** Evidently's tests and distances of numeric columns. Pure. */
import { andersonDarling } from '../../../statistics/anderson-darling.ts';
import { cramerVonMises } from '../../../statistics/cramer-von-mises.ts';
import {
  bhattacharyya,
  jensenShannon,
  kullbackLeibler,
  populationStabilityIndex,
} from '../../../statistics/divergences.ts';
import { eppsSingleton } from '../../../statistics/epps-singleton.ts';
import { kolmogorovSmirnov, type SampleTest } from '../../../statistics/kolmogorov-smirnov.ts';
import { mannWhitney } from '../../../statistics/mann-whitney.ts';
import { energyDistance, sorted, wasserstein } from '../../../statistics/sample-distances.ts';
import { populationStandardDeviation } from '../../../statistics/sum.ts';
import { tTest } from '../../../statistics/t-test.ts';
import { type ScoreMethods, ScoreUnavailable } from '../library-scores.ts';
import { fillZeroShares, hellingerShares, type NumericSamples, numberShares } from './bin-shares.ts';

/** Least deviation by which Wasserstein's distance is divided. */
const DEVIATION_MIN = 0.001;

export function numberMethods(numbers: NumericSamples, ks: SampleTest = kolmogorovSmirnov): ScoreMethods {
  const shares = numberShares(numbers);
  const [reference, current] = [fillZeroShares(shares.reference), fillZeroShares(shares.current)];
  const [x, y] = [sorted(numbers.reference), sorted(numbers.current)];
  const few = (least: number): boolean => Math.min(x.length, y.length) < least;
  return {
    psi: () => populationStabilityIndex(reference, current),
    js: () => jensenShannon(shares.reference, shares.current),
    kl: () => kullbackLeibler(reference, current),
    hellinger: () => hellingerOf(numbers),
    wasserstein: () => wasserstein(x, y) / Math.max(populationStandardDeviation(x), DEVIATION_MIN),
    energy: () => energyDistance(x, y),
    ks: () => ks(x, y),
    cramer_von_mises: () =>
      few(2) ? new ScoreUnavailable('it takes at least 2 values') : cramerVonMises(x, y),
    anderson: () => (oneValue(x, y) ? new ScoreUnavailable('all values are equal') : andersonDarling(x, y)),
    mann_whitney: () => mannWhitney(x, y, 'less'),
    epps_singleton: () => {
      if (few(5)) return new ScoreUnavailable('it takes at least 5 values');
      return eppsSingleton(x, y) ?? new ScoreUnavailable('half of the values are equal');
    },
    t: () => (few(2) ? new ScoreUnavailable('it takes at least 2 values') : tTest(x, y, true)),
  };
}

export const oneValue = (x: Float64Array, y: Float64Array): boolean =>
  x[0] === y[0] && x.at(-1) === x[0] && y.at(-1) === y[0];

function hellingerOf(numbers: NumericSamples): number {
  const { reference, current } = hellingerShares(numbers);
  return Math.sqrt(1 - Math.min(1, bhattacharyya(reference, current)));
}
