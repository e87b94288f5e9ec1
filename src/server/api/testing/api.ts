/** The control API on a real socket over a control plane in memory: for tests. */

import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeWatch } from '../../../control/changes/change-watch.ts';
import { TrafficWatch } from '../../../control/fleet/traffic-watch.ts';
import type { ApiKeyring, KeyView, KnownKey } from '../../../control/keys/port.ts';
import { everyMillis } from '../../../control/rollouts/interval-scheduler.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { LocalJobs } from '../../../jobs/local.ts';
import { aSpec } from '../../../jobs/plan/testing/plans.ts';
import type { JobsPort } from '../../../jobs/port.ts';
import type { AlertRow } from '../../../monitor/alerts/alert.ts';
import { featureHistory } from '../../../monitor/kept/feature-history.ts';
import { replayPolicies } from '../../../monitor/kept/policy-replay.ts';
import { LocalMonitoring } from '../../../monitor/local.ts';
import { driftView } from '../../../monitor/local-drift.ts';
import { learnProfile } from '../../../monitor/watch/block-columns.ts';
import { openLedger } from '../../../store/ledger/open.ts';
import { openMonitoring } from '../../../store/monitoring/open.ts';
import type { Idempotency } from '../../../store/store.ts';
import type { VersionAnalyses } from '../../analysis/analyses.ts';
import type { LocalToken } from '../access.ts';
import type { RefusedCall } from '../admission.ts';
import { createApi } from '../api.ts';
import type { ServerFacts } from '../server-facts.ts';
import { MemoryControl } from './control.ts';

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: {
    readonly [key: string]: unknown;
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  };
}
interface Asked {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi {
  readonly control: MemoryControl;
  readonly jobs: JobsPort;
  readonly url: string;
  readonly dataDir: string;
  /** What the log of errors got. */
  readonly logged: readonly object[];
  /** Changes that were refused to their callers. */
  readonly refusals: readonly RefusedCall[];
  /** Entries for the audit log. */
  readonly notes: readonly object[];
  /** With headers that `fetch` would not let through, Host and Origin among them. */
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** Names of staged uploads. */
  leftovers(): string[];
  close(): Promise<void>;
}

/** An alert whose fingerprint is the name that stands for every parameter. */
const ALERT: AlertRow = {
  fingerprint: 'churn',
  labels: { alertname: 'FeatureDrift', model: 'churn', endpoint: 'churn', feature: 'age' },
  ...{
    severity: 'ticket',
    state: 'firing',
    since: 0,
    startsAt: 0,
    endsAt: null,
    evaluatedAt: 0,
    known: true,
  },
  ...{ flaps: 1, firings: [0], calmSince: null, inhibitedBy: null, acknowledgedBy: null, notified: {} },
  told: {
    ...{ sentence: 'age moved', advice: 'look', value: 0.2, threshold: 0.05, traffic: 1000, details: {} },
    histogram: { bins: ['≤ 1'], reference: [1], current: [2] },
  },
  generation: 1,
};

/** What has been found out of every version. */
const KNOWN_VERSION: VersionAnalyses = {
  columns: async () => ({ of: 'file', rows: 0, columns: [] }),
  importance: async () => ({
    ...{
      of: 'log',
      rows: 1,
      method: 'exact',
      output: 'predict',
      classes: null,
      columns: [],
      permutation: null,
    },
  }),
  dependence: async (_, column) => ({
    ...{ of: 'background', rows: 1, column, output: 'predict', classes: null, grid: [1], average: [[2]] },
  }),
  explainAgain: async (requestId) => ({
    ...{ requestId, model: 'churn', version: 1, rows: [0], identical: true },
    explanation: {
      ...{ method: 'exact', output: 'predict', baseValues: [1], additivityError: 0 },
      ...{ model: { digest: 'sha256:0' }, background: null },
    },
  }),
  counterfactual: async () => ({
    ...{ status: 'none-found', exact: false, want: 'yes', from: 'no', to: null, distance: null },
    ...{ changes: [], counterfactual: null },
  }),
  advice: () => Promise.reject(new PlimsollError('STOPPING')),
};

/** A key of each scope is known by its name: `secret` for everything. */
const KEYS: ReadonlyMap<string, KnownKey> = new Map(
  (['predict', 'viewer', 'operator', 'admin'] as const).map((scope) => [
    scope === 'admin' ? 'secret' : scope,
    { name: scope, scope, endpoints: [], sha256: '', expiresAt: null },
  ]),
);

const FACTS: ServerFacts = {
  ...{ startedAt: 0, copies: 1, store: 'sqlite', watchesFolder: false, disk: { free: 1, total: 2 } },
  limits: { uploadsPerDay: 5, uploadBytesPerDay: 1e9, diskReserve: 0.1, perSecond: null, burst: null },
};

const NOTHING_TOLD = {
  pitfalls: async () => ({ pitfalls: [], looked: [], passedOver: [] }),
  routers: () => [],
};

export async function startTestApi(keys = KEYS, keysOnly = false, local?: LocalToken): Promise<TestApi> {
  const control = new MemoryControl();
  const logged: object[] = [];
  const refusals: RefusedCall[] = [];
  const notes: object[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-api-'));
  const ledger = await openLedger('sqlite::memory:');
  const clock = { now: () => 0, monotonic: () => 0 };
  const surroundings = { cores: 2, folder: dataDir, isThere: () => false };
  const jobs = new LocalJobs({ ledger, clock, holder: 'test', dataDir, surroundings });
  const job = { name: 'churn', spec: aSpec({ job: 'churn' }), createdAt: 0, createdBy: 'test' };
  const run = { id: 'churn', cause: 'server', due: 'server/churn', spec: job.spec, state: 'queued' } as const;
  await ledger.begin(job, { ...run, createdAt: 0, notBefore: 0 });
  const remembered = await rememberedOf(control);
  const monitoring = new LocalMonitoring({
    ...{ store: remembered, clock },
    endpoint: (name) => control.endpoint(name),
    endpoints: (page) => control.endpoints(page),
    onSet: async () => undefined,
    testReceiver: async (_, receiver) => ({ ok: true, detail: `${receiver} took it` }),
    request: async (requestId) => ({ requestId, rows: [], labels: [] }),
    kept: {
      drift: (known, query) => driftView({ store: remembered, clock }, known, query),
      history: (request) => featureHistory(remembered, request),
      replay: (request, { onProgress }) =>
        replayPolicies({ store: remembered, isOver: () => false, onProgress }, request),
    },
  });
  const api = await createApi(control, {
    dataDir,
    logger: { info: () => undefined, warn: () => undefined, error: (fields) => logged.push(fields) },
    hosts: ['models.example'],
    keysOnly,
    local,
    accessMode: keysOnly ? 'keys' : 'local',
    keys: { size: keys.size, find: (key) => keys.get(key) ?? null },
    apiKeys: NO_KEYS,
    onRefused: (refused) => refusals.push(refused),
    onChanged: async (entry) => void notes.push(entry),
    idempotency: kept(),
    clock,
    jobs: async () => jobs,
    monitoring: async () => monitoring,
    ...NOTHING_TOLD,
    facts: async () => FACTS,
    traffic: new TrafficWatch({ load: () => null, clock, every: everyMillis }),
    recent: async () => [],
    analyses: async () => KNOWN_VERSION,
    changes: new ChangeWatch({
      sources: [],
      millis: 1000,
      every: everyMillis,
      logger: { warn: () => undefined },
    }),
  });
  const server = createServer(api.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    control,
    jobs,
    url,
    dataDir,
    logged,
    refusals,
    notes,
    ask: (method, path, asked) => ask(`${url}/api/v1${path}`, method, asked),
    leftovers: () => readdirSync(join(dataDir, 'uploads')),
    async close() {
      server.closeAllConnections();
      server.close();
      await api.close();
      await ledger.close();
      await remembered.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What is remembered of monitoring: an alert, and a profile of one column. */
async function rememberedOf(control: MemoryControl): ReturnType<typeof openMonitoring> {
  const remembered = await openMonitoring('sqlite::memory:');
  const alert = { fingerprint: 'churn', endpoint: 'churn', state: 'firing', row: ALERT };
  await remembered.alerted({ alerts: [alert], events: [], deliveries: [] });
  const { model, stable: version } = await control.endpoint('churn');
  const age = {
    kind: 'number' as const,
    values: Float64Array.from({ length: 100 }, (_, k) => k),
    nulls: null,
  };
  const profile = learnProfile([{ name: 'age', column: age }], { source: 'file', outputs: [] });
  await remembered.setProfile({ model, version, profile, createdAt: 0 });
  return remembered;
}

const VIEW: KeyView = {
  ...{ id: 'a1', name: 'churn', endpoints: [], createdAt: '2026-01-01', createdBy: 'ana' },
  ...{ scope: 'predict' as const, state: 'active' as const, expiresAt: null, revokedAt: null },
};
const NO_KEYS: ApiKeyring = {
  create: async () => ({ ...VIEW, key: 'plk_' }),
  list: async () => [VIEW],
  revoke: async () => [VIEW],
  rotate: async () => ({ ...VIEW, key: 'plk_' }),
  known: async () => [],
};

function kept(): Idempotency {
  const rows = new Map<string, { fingerprint: string; status: number; body: unknown }>();
  return {
    get: async (key) => rows.get(key) ?? null,
    put: async (key, fingerprint, status, body) =>
      void rows.set(key, { fingerprint, status, body: JSON.parse(JSON.stringify(body)) }),
    prune: async () => undefined,
  };
}

async function ask(url: string, method: string, { body, headers = {} }: Asked = {}): Promise<Answered> {
  const request = httpRequest(url, {
    method,
    headers: { ...(body === undefined ? {} : describing(body)), ...headers },
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, json: JSON.parse(text) };
}

const describing = (body: string): Record<string, string> => ({
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(body)),
});
