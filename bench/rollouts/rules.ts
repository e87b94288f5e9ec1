/** Threshold rules as people configure them elsewhere: one look at the candidate's error rate a window. Pure. */
import type { RollbackRule } from '../../src/rollout/simulate/rollback-rules.ts';

interface Threshold {
  /** Largest error rate of a window that passes. */
  readonly rate: number;
  readonly limit: number;
}

/** Measurements that fail to find data in a row, beyond which Argo's analysis ends in error. */
const ARGO_ERRORS = 4;

/**
 * Argo Rollouts: more failed measurements than `failureLimit` abort; one without data is an error that does not count,
 * five in a row abort (analysis/analysis.go, `failureLimit` and `consecutiveErrorLimit`, both compared with `>`).
 */
export function argo({ rate, limit }: Threshold): RollbackRule {
  let failed = 0;
  let errors = 0;
  return ({ candidate: { units, failures } }) => {
    errors = units === 0 ? errors + 1 : 0;
    if (units > 0 && failures / units > rate) failed++;
    return failed > limit || errors > ARGO_ERRORS;
  };
}

/**
 * Flagger: `threshold` failed checks roll back; they add up over the whole canary, and a check without data fails
 * (pkg/controller/scheduler.go, `failedChecks`).
 */
export function flagger({ rate, limit }: Threshold): RollbackRule {
  let failed = 0;
  return ({ candidate: { units, failures } }) => {
    if (units === 0 || failures / units > rate) failed++;
    return failed >= limit;
  };
}
