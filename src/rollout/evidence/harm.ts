/** Evidence of harm: a mixture of bets on the odds ratio of failing, candidate to stable. Pure. */
import { logLikelihoodRatios, logSumExp, type WindowCounts } from './conditional.ts';

/** Odds ratios that the guard bets on, with equal weight: small harms and large ones are both found. */
export const HARM_ODDS = [1.25, 1.5, 2, 3, 5, 10, 30] as const;

/** Running log evidence of each odds ratio; all the state a guard needs. */
export type HarmState = readonly number[];

export const NO_HARM: HarmState = HARM_ODDS.map(() => 0);

/** Adds one closed window. `tolerance` is the odds ratio that still counts as no harm. */
export const addWindow = (state: HarmState, window: WindowCounts, tolerance = 1): HarmState =>
  addLogs(state, logLikelihoodRatios(window, HARM_ODDS, tolerance));

/** Adds log evidence in the order of HARM_ODDS; what follows in `logs` is not looked at. */
export const addLogs = (state: HarmState, logs: readonly number[]): HarmState =>
  state.map((log, j) => log + logs[j]!);

/** log E_harm = log Σ_j exp(log_j) / 7: roll back once it reaches log(1/α). */
export const harmLog = (state: HarmState): number => logSumExp(state) - Math.log(HARM_ODDS.length);
