/** Evidence of harm: a mixture of bets on the odds ratio of failing, candidate to stable. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { logLikelihoodRatios, logSumExp, type WindowCounts } from './conditional.ts';

/** Odds ratios that the guard bets on, with equal weight: small harms and large ones are both found. */
const HARM_ODDS = [1.25, 1.5, 2, 3, 5, 10, 30] as const;

/** Running log evidence of each odds ratio; all the state a guard needs. */
export type HarmEvidence = readonly number[];

export const NO_HARM: HarmEvidence = HARM_ODDS.map(() => 0);

/** Number of bets. */
export const HARM_BET_COUNT = HARM_ODDS.length;

/**
 * The bets where odds ratios up to `tolerance` count as no harm. A bet below it would win on candidates that do no
 * harm: it is put a quarter above instead.
 */
export const betsBeyond = (tolerance: number): readonly number[] =>
  tolerance < HARM_ODDS[0]
    ? HARM_ODDS
    : HARM_ODDS.map((odds) => (odds > tolerance ? odds : 1.25 * tolerance));

/** Adds one closed window. `tolerance` is the odds ratio that still counts as no harm. */
export const addHarmWindow = (state: HarmEvidence, window: WindowCounts, tolerance = 1): HarmEvidence =>
  addLogs(state, logLikelihoodRatios(window, betsBeyond(tolerance), tolerance));

/** Adds log evidence in the order of the bets; what follows in `logs` is not looked at. */
export const addLogs = (state: HarmEvidence, logs: readonly number[]): HarmEvidence =>
  state.map((log, j) => log + elementAt(logs, j));

/** log E_harm = log Σ_j exp(log_j) / 7: roll back once it reaches log(1/α). */
export const harmLog = (state: HarmEvidence): number => logSumExp(state) - Math.log(HARM_ODDS.length);
