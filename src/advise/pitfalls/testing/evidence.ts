/** A sound installation as evidence, to be spoilt in one place at a time. */
import type {
  EndpointEvidence,
  HourCount,
  JobEvidence,
  MonitorEvidence,
  PythonEvidence,
  RunEvidence,
  VersionEvidence,
} from '../evidence.ts';
import { DAY_MS, HOUR_MS } from '../times.ts';

/** A Monday at noon. */
export const NOON = Date.UTC(2026, 10, 30, 12);

const CHECKS = ['checksum', 'format', 'self-test', 'signature', 'warm-up', 'memory'];

export const aVersion = (change: Partial<VersionEvidence> = {}): VersionEvidence => ({
  ...{ model: 'churn', version: 1, state: 'ready', file: 'churn.joblib', createdAt: NOON - 20 * DAY_MS },
  ...{ proof: 'engines-agree', runtime: 'native', hasReference: true, python: null },
  checks: CHECKS.map((name) => ({ name, ok: true, detail: '', code: null })),
  ...change,
});

export const aPython = (change: Partial<PythonEvidence> = {}): PythonEvidence => ({
  ...{ version: '3.12.4', lock: 'ab'.repeat(32), unpinned: [], packages: 7, options: [], isFolder: false },
  lockPath: 'DATA/bundles/00/original/requirements.lock',
  requirements: 'DATA/bundles/00/original/requirements.txt',
  ...change,
});

export const aMonitor = (change: Partial<MonitorEvidence> = {}): MonitorEvidence => ({
  ...{ watchesDrift: true, warmup: 10_000, reference: { source: 'bundle', rows: 4000 }, rowsOfDay: 0 },
  ...{ receivers: { ops: 'webhook' }, routes: {}, labelMaturity: null, lost: [] },
  ...change,
});

/** The same in every hour of so many days before noon. */
export const evenTraffic = (requests: number, days: number): readonly HourCount[] =>
  Array.from({ length: 24 * days }, (_, k) => ({ at: NOON - (24 * days - k) * HOUR_MS, requests }));

/** So many requests at each of these hours of so many days before today; hours beyond 24 are of the next day. */
export const dailyTraffic = (byHour: Readonly<Record<number, number>>, days: number): readonly HourCount[] =>
  Array.from({ length: days }, (_, k) => NOON - 12 * HOUR_MS - (days - k) * DAY_MS)
    .flatMap((day) =>
      Object.entries(byHour).map(([hour, requests]) => ({ at: day + Number(hour) * HOUR_MS, requests })),
    )
    .toSorted((a, b) => a.at - b.at);

export const anEndpoint = (change: Partial<EndpointEvidence> = {}): EndpointEvidence => ({
  ...{ name: 'churn', model: 'churn', stable: aVersion(), waiting: null, monitor: aMonitor() },
  ...{ labelledAt: NOON - DAY_MS, hours: evenTraffic(40, 14), rollouts: [], held: null },
  ...change,
});

/** The newest of so many runs, one after the other. */
export const runsEvery = (
  millis: number,
  count: number,
  change: Partial<RunEvidence> = {},
): readonly RunEvidence[] =>
  Array.from({ length: count }, (_, k) => {
    const startedAt = NOON - k * millis;
    return { number: count - k, cause: 'schedule', startedAt, endedAt: startedAt + 2000, rows: 3, ...change };
  });

export const aJob = (change: Partial<JobEvidence> = {}): JobEvidence => ({
  ...{ name: 'scores', isPaused: false, cronInterval: DAY_MS, rowMicros: 2.4 },
  runs: runsEvery(DAY_MS, 20, { rows: 50_000 }),
  ...change,
});
