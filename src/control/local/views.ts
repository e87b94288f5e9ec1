/** What people and clients are shown of versions, endpoints and rollouts. */
import { elementAt } from '../../core/element-at.ts';
import { isErrorCode, PlimsollError } from '../../core/errors.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { metricViews } from '../../rollout/experiment/arm-comparisons.ts';
import type { ExperimentState } from '../../rollout/experiment/state.ts';
import type { ExperimentView } from '../../rollout/experiment/view.ts';
import { LATENCY_BINS, latencyBound } from '../../rollout/window-part.ts';
import type { DamagedRow } from '../../store/row-schema.ts';
import type { Check, EndpointRow, RolloutRow, VersionRow } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import { type RouteOverride, withOverride } from '../overrides/route-override.ts';
import type { ArmView, EndpointView, PythonView, RolloutSummary, RolloutView, VersionView } from '../port.ts';
import { rolloutForecast, rolloutWarnings } from '../rollouts/forecast.ts';
import type { RolloutSnapshot } from '../rollouts/rollout-snapshot.ts';

const iso = (millis: number): string => new Date(millis).toISOString();

/** What a bundle says of its proof. */
export type ProvedView = Pick<VersionView, 'proof' | 'runtime' | 'rowMicros' | 'python'>;

export const provedView = ({ verification, runtime, rowMicros, python }: BundleManifest): ProvedView => ({
  proof: verification.proof,
  runtime,
  rowMicros,
  python: python === undefined ? null : pythonView(python),
});

/** What is told of a version that runs with Python. */
export const pythonView = ({
  python,
  form,
  trust,
  layers,
}: NonNullable<BundleManifest['python']>): PythonView => ({
  version: python,
  form,
  allow: trust.allow,
  trustedBy: trust.by,
  trustedAt: trust.at,
  missingLayers: layers.filter(({ active }) => !active).map(({ name, how }) => `${name}: ${how}`),
});

const NO_PROOF: ProvedView = { proof: null, runtime: null, rowMicros: null, python: null };

/** `proof` is null where the version has no bundle (any more). */
export function versionView(
  row: VersionRow,
  proof: ProvedView | null,
  aliases: Readonly<Record<string, number>>,
): VersionView {
  const { model, version, state, digest, checks, file, labels, note, createdBy } = row;
  return {
    model,
    version,
    state,
    digest,
    checks: checks.map(checkView),
    file,
    ...(proof ?? NO_PROOF),
    labels,
    note,
    aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version),
    createdAt: iso(row.createdAt),
    createdBy,
  };
}

/** A check, with what to do where it failed with a coded error: its code ends the detail. */
function checkView(check: Check): VersionView['checks'][number] {
  const code = /\((\w+)\)$/.exec(check.detail)?.[1];
  if (check.ok || code === undefined || !isErrorCode(code)) return check;
  const { hint } = new PlimsollError(code);
  return { ...check, code, ...(/\{\w+\}/.test(hint) ? {} : { hint }) };
}

/** A version whose row is damaged: nothing answers with it, and its check says which row that is and what to do. */
export function damagedVersionView(
  { kept, error }: DamagedRow,
  aliases: Readonly<Record<string, number>>,
): VersionView {
  const text = (name: string): string => (typeof kept[name] === 'string' ? kept[name] : '');
  const whole = (name: string): number => (Number.isSafeInteger(kept[name]) ? Number(kept[name]) : 0);
  const row: VersionRow = {
    ...{ model: text('model'), version: whole('version'), digest: text('digest'), file: text('file') },
    ...{ note: text('note'), labels: {}, createdAt: whole('createdAt'), createdBy: text('createdBy') },
    state: 'refused',
    checks: [{ name: 'store', ok: false, detail: `${error.message}. ${error.hint}` }],
  };
  return versionView(row, null, aliases);
}

/** `override` is the one that holds over the route, or null. */
export const endpointView = (
  row: EndpointRow,
  rollout: RolloutView | null,
  traffic: MeasuredTraffic | null,
  override: RouteOverride | null,
): EndpointView => {
  const { name, model, generation, stable, previous } = row;
  const view = { name, model, generation, stable, previous, route: row.route, rollout, traffic };
  if (override === null) return view;
  const { version } = override;
  const rests = version === stable ? {} : { stable: version, previous: stable };
  return { ...view, ...rests, route: withOverride(row, override).route, durable: false };
};

/** What a rollout has come to; `traffic` is that of its endpoint. */
export async function rolloutView(
  standing: RolloutSnapshot,
  traffic: MeasuredTraffic | null,
): Promise<RolloutView> {
  const { row, status, verdict, reason, plan, totals, late, state, durable } = standing;
  return {
    ...(durable === false ? { durable } : {}),
    ...status,
    id: row.id,
    endpoint: row.endpoint,
    strategy: row.strategy,
    candidate: row.candidate,
    stableVersion: row.stable,
    verdict,
    reason,
    startedAt: iso(row.startedAt),
    endedAt: row.endedAt === null ? null : iso(row.endedAt),
    by: row.by,
    arms: plan.arms.map((name, i) => armView(name, versionOfArm(i, standing), totals.arms[i])),
    metrics: metricViews(totals.comparisons, plan.arms),
    left: {
      latePieces: late,
      missingParts: totals.missingParts,
      mirrored: totals.mirrored,
      dropped: totals.dropped,
    },
    segments: [...totals.segments].map(([segment, arms]) => ({ segment, arms })),
    experiment: row.strategy === 'ab' ? await viewOfExperiment(state as ExperimentState) : null,
    forecast: rolloutForecast(standing, traffic),
    warnings: rolloutWarnings(standing, traffic),
  };
}

/** Read when it is wanted: most endpoints have none. */
async function viewOfExperiment(state: ExperimentState): Promise<ExperimentView> {
  const { experimentView } = await import('../../rollout/experiment/view.ts');
  return experimentView(state);
}

/** `running`: what is known of it here while it runs; `reason`: why its last action was decided. */
export function rolloutSummary(
  row: RolloutRow,
  running: RolloutSnapshot | null,
  reason: string | null,
): RolloutSummary {
  const { id, endpoint, strategy, candidate, stable: stableVersion, startedAt, endedAt, by } = row;
  return {
    ...{ id, endpoint, strategy, candidate, stableVersion, by },
    state: running?.status.state ?? row.state,
    weight: running?.status.weight ?? null,
    reason: running?.reason ?? reason,
    startedAt: iso(startedAt),
    endedAt: endedAt === null ? null : iso(endedAt),
  };
}

/** As it was begun with: where units go changes, which version an arm is does not. */
function versionOfArm(arm: number, { row, state }: RolloutSnapshot): number {
  if (row.strategy === 'ab') return elementAt((state as ExperimentState).arms, arm).version;
  return arm === 0 ? row.candidate : row.stable;
}

function armView(
  name: string,
  version: number,
  totals: RolloutSnapshot['totals']['arms'][number] | undefined,
): ArmView {
  const latency = totals?.latency ?? [];
  return {
    name,
    version,
    units: totals?.units ?? 0,
    failures: totals?.failures ?? 0,
    latency: latency.some((count) => count > 0)
      ? { p50: quantile(latency, 0.5), p95: quantile(latency, 0.95), p99: quantile(latency, 0.99) }
      : null,
  };
}

/** Upper bound of the bin that holds the quantile, in milliseconds: at most 19 % above it (four bins an octave). */
function quantile(bins: readonly number[], share: number): number {
  const wanted = share * bins.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const bin = bins.findIndex((count) => {
    seen += count;
    return seen >= wanted && count > 0;
  });
  return Number(latencyBound(bin < 0 ? LATENCY_BINS - 1 : bin).toPrecision(3));
}
