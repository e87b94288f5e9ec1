import type { ControlApi, EndpointView, RolloutSummary, VersionView } from '../../control/port.ts';
import { isRecord } from '../../core/record.ts';
import type { MonitorPolicy } from '../../monitor/policy/policy.ts';
import type { DeadNotice, MonitorView } from '../../monitor/port.ts';
import type {
  EndpointEvidence,
  HeldRollout,
  LateRollout,
  LostNotice,
  MonitorEvidence,
  VersionEvidence,
} from './evidence.ts';
import type { InstallationRecords } from './installation-records.ts';
import { DAY_MS, HOUR_MS } from './times.ts';

/** Days of traffic that the rules ask for: two weeks without a label, and one for their edges. */
const TRAFFIC_WITHIN = 15 * DAY_MS;

/** What else is known of an endpoint, read for all of them at once. */
export interface EndpointSurroundings {
  readonly stable: VersionEvidence;
  readonly latest: VersionView | null;
  readonly monitor: MonitorEvidence | null;
  readonly rollouts: readonly RolloutSummary[];
}

export async function endpointEvidence(
  { control, feedback, traffic, now }: InstallationRecords,
  endpoint: EndpointView,
  { stable, latest, monitor, rollouts }: EndpointSurroundings,
): Promise<EndpointEvidence> {
  const { name, model } = endpoint;
  const answering = new Set(endpoint.route.ranges.map(({ version }) => version));
  const isWaiting = latest?.state === 'ready' && !answering.has(latest.version);
  const range = { from: Math.floor(now - TRAFFIC_WITHIN), to: Math.ceil(now) };
  return {
    ...{ name, model, stable, monitor },
    waiting: isWaiting && latest.version > endpoint.stable ? latest.version : null,
    labelledAt: await feedback.newest(name),
    hours: await traffic.requests({ model, step: HOUR_MS, ...range }),
    rollouts: rollouts.map(rolloutEvidence),
    held: await heldRollout(control, endpoint),
  };
}

/** Since its state is what it is, by its log; that is read of those alone that wait. */
async function heldRollout(
  control: Pick<ControlApi, 'history'>,
  { rollout }: EndpointView,
): Promise<HeldRollout | null> {
  if (rollout === null || rollout.state !== 'holding') return null;
  const { id, strategy, candidate, weight, reason, holdCause, startedAt } = rollout;
  const { moments } = await control.history(id);
  const before = moments.findLastIndex(({ state }) => state !== 'holding');
  const since = moments[before + 1]?.at ?? Date.parse(startedAt);
  return { id, strategy, candidate, weight, since, reason, isPaused: holdCause === 'paused' };
}

const rolloutEvidence = (one: RolloutSummary): LateRollout => ({
  ...{ id: one.id, strategy: one.strategy, candidate: one.candidate, by: one.by },
  ...{ stable: one.stableVersion, startedAt: Date.parse(one.startedAt) },
});

/** What a monitor says; null where its policy is of another release and cannot be read. */
export function monitorEvidence(
  { policy, reference, traffic }: MonitorView,
  lost: readonly LostNotice[],
): MonitorEvidence | null {
  if (!isRecord(policy) || !isRecord(policy['drift']) || !isRecord(policy['receivers'])) return null;
  const { drift, receivers, alerts, accuracy } = policy as unknown as MonitorPolicy;
  return {
    watchesDrift: drift.enabled,
    warmup: drift.warmup,
    reference: reference && { source: reference.source, rows: reference.rows },
    rowsOfDay: traffic.day,
    receivers: Object.fromEntries(Object.entries(receivers).map(([name, { kind }]) => [name, kind])),
    routes: alerts.routes,
    labelMaturity: accuracy.maturity,
    lost,
  };
}

/** Notices that were given up, by endpoint. */
export function lostNotices(rows: readonly DeadNotice[]): ReadonlyMap<string, readonly LostNotice[]> {
  const known = rows.flatMap(({ receiver, createdAt, error, body, reachedAt }) =>
    isRecord(body) && typeof body['endpoint'] === 'string'
      ? [{ endpoint: body['endpoint'], notice: { receiver, at: createdAt, error, reachedAt } }]
      : [],
  );
  const byEndpoint = Map.groupBy(known, ({ endpoint }) => endpoint);
  return new Map([...byEndpoint].map(([name, own]) => [name, own.map(({ notice }) => notice)]));
}
