/**
 * Means of unbounded metrics at every look: asymptotic confidence sequences (Waudby-Smith et al., arXiv 2103.06476,
 * eq. 9), which are the mixture SPRT of Johari et al. (arXiv 1512.04922) with τ² = ρ²·n·V. They hold once an arm has
 * enough units for its variance to be known: before the burn-in there is no answer. Never for raw latency. Pure.
 */

import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';
import type { ArmMean, LiftEstimate } from './moments.ts';

export interface SequentialOptions {
  readonly alpha: number;
  /** Number of units at which the interval is tightest. */
  readonly tuned: number;
}

const SEQUENTIAL: SequentialOptions = { alpha: 0.05, tuned: 5000 };

/** Units that each arm needs before its variance is believed; heavy tails need winsorising besides. */
const BURN_IN = 500;

export const isBurnedIn = (arms: readonly ArmMean[], units = BURN_IN): boolean =>
  arms.every(({ n, variance }) => n >= units && Number.isFinite(variance));

/** ρ of the mixture, tightest at `tuned` units. */
const mixtureRho = ({ alpha, tuned }: SequentialOptions): number =>
  Math.sqrt((-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tuned);

/** Two-sided interval for the lift, valid at every look together. */
export function sequentialInterval(
  { estimate, variance, n }: LiftEstimate,
  options = SEQUENTIAL,
): ConfidenceInterval {
  const width = halfWidth(variance, n, mixtureRho(options), (root) => Math.log(root / options.alpha));
  return { lower: estimate - width, upper: estimate + width };
}

/** One-sided lower bound of the lift, valid at every look together. */
export function sequentialLowerBound({ estimate, variance, n }: LiftEstimate, options = SEQUENTIAL): number {
  const rho = mixtureRho({ ...options, alpha: 2 * options.alpha });
  return estimate - halfWidth(variance, n, rho, (root) => Math.log(1 + root / (2 * options.alpha)));
}

function halfWidth(variance: number, n: number, rho: number, log: (root: number) => number): number {
  const spread = n * rho * rho + 1;
  return Math.sqrt(n * variance) * Math.sqrt(((2 * spread) / (n * n * rho * rho)) * log(Math.sqrt(spread)));
}

/** log of the mixture likelihood ratio against no lift; p = min(1, exp(−log)). */
export function sequentialLog({ estimate, variance, n }: LiftEstimate, options = SEQUENTIAL): number {
  const rho = mixtureRho(options);
  return msprtLog({ estimate, variance }, rho * rho * n * variance);
}

/** log Λ of the mixture SPRT with prior variance τ² of the lift. */
export const msprtLog = ({ estimate, variance }: Omit<LiftEstimate, 'n'>, tau2: number): number =>
  0.5 * Math.log(variance / (variance + tau2)) +
  (tau2 * estimate * estimate) / (2 * variance * (variance + tau2));

export const pValue = (log: number): number => Math.min(1, Math.exp(-log));
