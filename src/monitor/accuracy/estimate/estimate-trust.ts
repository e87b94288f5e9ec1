/**
 * Whether an estimate without labels is still to be believed: residuals of cohorts whose labels have come, against those of
 * the reference. Evidence may be looked at after each cohort. Pure.
 */
import { studentCdf } from '../../../statistics/student-t.ts';

export interface EstimateTrust {
  readonly isTrusted: boolean;
  /** Natural logarithm of the evidence against it, and of what hides it. */
  readonly evidence: { readonly log: number; readonly threshold: number };
  /** Mean distance of estimate and truth in the cohorts that speak against it; null where none does. */
  readonly off: number | null;
}

/** One wrong distrust in so many cohorts is accepted. */
const COHORTS = 20;

/** An e-value of a p-value: the mixture ∫ ε p^(ε−1) dε of Vovk and Wang (2021) = (1 − p + p ln p) / (p ln² p). */
export function eValueOfP(p: number): number {
  if (p > 1 - 1e-4) return 0.5;
  const at = Math.max(p, 1e-12);
  return (1 - at + at * Math.log(at)) / (at * Math.log(at) ** 2);
}

/**
 * CUSUM of e-values: S ← max(S, 1) · e reaches a threshold c once in c cohorts at most, when nothing is wrong (Shin, Ramdas
 * and Rinaldo, arXiv 2203.03532). p-values take block residuals of the reference as normal around 0 with unknown
 * variance. Two gates: hidden only where the estimate is off by `minimum` besides.
 */
export function assessTrust(
  reference: readonly number[],
  matured: readonly number[],
  minimum: number,
): EstimateTrust {
  const threshold = Math.log(COHORTS);
  const n = reference.length;
  if (n < 2) return { isTrusted: true, evidence: { log: 0, threshold }, off: null };
  const deviation = Math.sqrt(reference.reduce((sum, r) => sum + r * r, 0) / n) * Math.sqrt(1 + 1 / n);
  let [log, since] = [0, 0];
  matured.forEach((residual, i) => {
    if (log <= 0) since = i;
    log = Math.max(log, 0) + Math.log(eValueOfP(pValue(residual / deviation, n)));
  });
  const speaking = log > 0 ? matured.slice(since) : [];
  const off =
    speaking.length === 0 ? null : speaking.reduce((sum, r) => sum + Math.abs(r), 0) / speaking.length;
  return {
    isTrusted: !(log >= threshold && off !== null && off >= minimum),
    evidence: { log, threshold },
    off,
  };
}

const pValue = (t: number, degrees: number): number =>
  Number.isFinite(t) ? 2 * studentCdf(-Math.abs(t), degrees) : 0;
