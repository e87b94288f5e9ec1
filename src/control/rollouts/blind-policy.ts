/** Whether a rollout that is to begin could find what it must, at the traffic that there is. */
import { isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import { checkExperiment } from '../../rollout/experiment/lint.ts';
import type { ExperimentPolicy } from '../../rollout/experiment/policy.ts';
import { checkPolicy } from '../../rollout/policy/lint.ts';
import type { RolloutPolicy } from '../../rollout/policy/policy.ts';
import type { Feedback, RolloutRow, Strategy } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import { machineStart } from './fold-event.ts';
import { machineOf } from './strategy-machines.ts';

/** Strategies that promote by evidence: the others promote nobody, or by a person's word alone. */
export const EVIDENCE_PROMOTES: ReadonlySet<Strategy> = new Set(['canary', 'blue-green', 'ab']);
/** Feedback of so many milliseconds is looked at for how much a metric varies. */
const FEEDBACK_MILLIS = 3_600_000;
/** Fewer values say little. */
const VALUES_LEAST = 100;

/**
 * The refusal POLICY_BLIND or EXPERIMENT_BLIND with its numbers, or null where the rollout may begin: also where too
 * little is known of its traffic. Where units have ids there are fewer of them than requests, so that this is the kinder
 * estimate. Throws POLICY_INVALID.
 */
export async function blindPolicyError(
  row: RolloutRow,
  traffic: MeasuredTraffic | null,
  feedback: Pick<Feedback, 'values'>,
): Promise<PlimsollError | null> {
  const machine = machineOf(row.strategy);
  const policy = machine.policy(machine.start(machineStart(row, { rolledBackBefore: false })));
  if (traffic === null || !EVIDENCE_PROMOTES.has(row.strategy)) return null;
  const { rate, errorShare: errorRate } = traffic;
  try {
    if (row.strategy !== 'ab') checkPolicy(policy as RolloutPolicy, { rate, errorRate });
    else {
      const experiment = policy as ExperimentPolicy;
      const deviation = await metricDeviation(experiment, row, rate, feedback);
      if (deviation !== null) checkExperiment(experiment, { rate, deviation });
    }
    return null;
  } catch (error) {
    if (isPlimsollError(error) && BLIND.has(error.code)) return error;
    throw error;
  }
}

const BLIND: ReadonlySet<string> = new Set(['POLICY_BLIND', 'EXPERIMENT_BLIND']);

/**
 * Standard deviation of a unit's value in the last hour, where units of which nothing was heard have 0; null where too
 * little was heard, where values are made of labels, and where CUPED would make it smaller by who knows how much.
 */
export async function metricDeviation(
  { primary }: ExperimentPolicy,
  row: Pick<RolloutRow, 'endpoint' | 'startedAt'>,
  rate: number,
  feedback: Pick<Feedback, 'values'>,
): Promise<number | null> {
  if (primary.metric === 'accuracy' || primary.cuped !== null) return null;
  const { endpoint, startedAt } = row;
  const rows = await feedback.values(endpoint, primary.metric, startedAt - FEEDBACK_MILLIS, startedAt);
  const sums = new Map<string, number>();
  for (const { unit, requestId, value } of rows) {
    const of = unit ?? requestId ?? '';
    sums.set(of, (sums.get(of) ?? 0) + Number(value));
  }
  if (sums.size < VALUES_LEAST) return null;
  const values = [...sums.values()].map((value) => Math.min(value, primary.winsorize ?? Infinity));
  const units = Math.max(values.length, rate * (FEEDBACK_MILLIS / 1000));
  const mean = values.reduce((sum, value) => sum + value, 0) / units;
  const squares = values.reduce((sum, value) => sum + value ** 2, 0) / units;
  return Math.sqrt(Math.max(0, squares - mean ** 2));
}
