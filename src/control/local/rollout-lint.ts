/** What a rollout that nobody has begun would do at its endpoint. */
import { isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import type { StagedState } from '../../rollout/canary/machine.ts';
import { forecastPolicy } from '../../rollout/decide/forecast.ts';
import { lintExperiment } from '../../rollout/experiment/lint.ts';
import type { ExperimentPolicy } from '../../rollout/experiment/policy.ts';
import { lintPolicy, type PolicyReport } from '../../rollout/policy/lint.ts';
import { GUARDS, type RolloutPolicy } from '../../rollout/policy/policy.ts';
import type { Feedback, RolloutRow } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import type { RolloutLint } from '../port.ts';
import { blindPolicyError, EVIDENCE_PROMOTES, metricDeviation } from '../rollouts/blind-policy.ts';
import { machineStart } from '../rollouts/fold-event.ts';
import { machineOf } from '../rollouts/strategy-machines.ts';

/** Where nothing was measured, this share of requests is thought to fail: as `rollout lint` does. */
const ERROR_RATE = 0.005;

export type LintTraffic = NonNullable<RolloutLint['traffic']>;

/** The traffic that a rate of requests a second is, else what was measured; null where neither is known. */
export function lintTraffic(measured: MeasuredTraffic | null, rate: number | undefined): LintTraffic | null {
  if (rate !== undefined)
    return {
      rate,
      errorRate: measured?.errorShare ?? ERROR_RATE,
      units: measured?.units ?? null,
      measured: false,
    };
  if (measured === null) return null;
  return { rate: measured.rate, errorRate: measured.errorShare, units: measured.units, measured: true };
}

export type LintFindings = Omit<RolloutLint, 'given' | 'source' | 'traffic'>;

const NOTHING: LintFindings = {
  ...{ policy: null, forecast: null, experiment: null, warnings: [], refusal: null },
};

/** Nothing but why it may not begin. */
export const refusedLint = (error: PlimsollError, forced = false): LintFindings => ({
  ...NOTHING,
  refusal: { code: error.code, message: error.message, hint: error.hint, forced },
});

/** `rolledBackBefore`: the same candidate was, at this endpoint. */
export async function lintRow(
  row: RolloutRow,
  traffic: LintTraffic | null,
  feedback: Pick<Feedback, 'values'>,
  rolledBackBefore: boolean,
): Promise<LintFindings> {
  const machine = machineOf(row.strategy);
  const state = orRefusal(() => machine.start(machineStart(row, { rolledBackBefore: false })));
  if ('refusal' in state) return refusedLint(state.refusal);
  const policy = machine.policy(state.made) as RolloutPolicy | ExperimentPolicy;
  const measured = traffic && {
    rate: traffic.rate,
    errorShare: traffic.errorRate,
    units: traffic.units,
    over: 0,
  };
  const blind = await blindPolicyError(row, measured, feedback);
  const findings =
    'primary' in policy
      ? await experimentFindings(policy, row, traffic, feedback)
      : stagedFindings(policy, row, state.made as StagedState, traffic);
  return {
    ...NOTHING,
    ...findings,
    warnings: [...(rolledBackBefore ? [ROLLED_BACK] : []), ...findings.warnings],
    policy: outlineOf(policy),
    ...(blind === null ? {} : { refusal: refusedLint(blind, true).refusal }),
  };
}

const ROLLED_BACK =
  'this candidate was rolled back here before: it begins held at no weight, until a person lets it go on (resume)';

function orRefusal<T>(make: () => T): { readonly made: T } | { readonly refusal: PlimsollError } {
  try {
    return { made: make() };
  } catch (error) {
    if (isPlimsollError(error)) return { refusal: error };
    throw error;
  }
}

function stagedFindings(
  policy: RolloutPolicy,
  { strategy }: RolloutRow,
  { rollout }: StagedState,
  traffic: LintTraffic | null,
): Pick<LintFindings, 'forecast' | 'warnings'> {
  if (traffic === null || strategy === 'immediate') return { forecast: null, warnings: [] };
  const { rate, errorRate, units } = traffic;
  const expected = { rate, errorRate, ...(units === null ? {} : { units }) };
  const forecast = forecastPolicy(rollout, expected);
  const report: Pick<PolicyReport, 'warnings'> = EVIDENCE_PROMOTES.has(strategy)
    ? lintPolicy(policy, expected)
    : { warnings: [] };
  return { forecast: forecast && { ...forecast, basis: 'endpoint' }, warnings: report.warnings };
}

async function experimentFindings(
  policy: ExperimentPolicy,
  row: RolloutRow,
  traffic: LintTraffic | null,
  feedback: Pick<Feedback, 'values'>,
): Promise<Pick<LintFindings, 'experiment' | 'warnings'>> {
  const rate = traffic?.rate ?? 0;
  const deviation = rate > 0 ? await metricDeviation(policy, row, rate, feedback) : null;
  return {
    experiment: deviation === null ? null : lintExperiment(policy, { rate, deviation }),
    warnings: [],
  };
}

const outlineOf = (policy: RolloutPolicy | ExperimentPolicy): RolloutLint['policy'] => ({
  stages: 'stages' in policy ? policy.stages : [],
  guards: GUARDS.filter((name) => policy.guards[name] !== null),
  certificate: 'certificate' in policy && policy.certificate !== null,
  holdback: 'holdback' in policy ? policy.holdback : 0,
  maxTime: policy.maxTime,
  onTimeout: policy.onTimeout,
});
