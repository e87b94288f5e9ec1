/** A control plane in memory that answers plausibly and remembers what it was told: for tests of the API and commands. */
import type {
  ControlApi,
  EndpointView,
  ModelView,
  RolloutHistoryView,
  RolloutLint,
  RolloutSummary,
  RolloutView,
  SignedReport,
  VersionView,
} from '../../../control/port.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { explainUnit } from '../../../rollout/canary-split.ts';
import { singleVersionRoute } from '../../../rollout/route.ts';
import { CERTIFICATE_SHOWN, CONTENTS_SHOWN, DIFFERENCE_SHOWN, GOLDEN_SHOWN, TREE_SHOWN } from './contents.ts';

const page = <T>(items: readonly T[]) => Promise.resolve({ items, next: null });

export const VERSION: VersionView = {
  model: 'churn',
  version: 2,
  state: 'ready',
  digest: 'b'.repeat(64),
  checks: [{ name: 'checksum', ok: true, detail: 'as it was sent' }],
  file: 'churn.joblib',
  proof: 'two-engines',
  runtime: 'native',
  rowMicros: 2.4,
  python: null,
  labels: { team: 'growth' },
  note: '',
  aliases: ['champion'],
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'ana',
};

export const ROLLOUT: RolloutView = {
  id: 'ro_1',
  endpoint: 'churn',
  strategy: 'canary',
  candidate: 2,
  stableVersion: 1,
  state: 'running',
  stage: 2,
  stages: 5,
  weight: 25,
  verdict: 'hold',
  reason: 'stage 2 has 1m of 5m of evidence time',
  evidence: {
    errors: {
      log: 0.4,
      maxLog: 1.2,
      bound: Math.log(250),
      certificate: { log: 1.5, bound: Math.log(20) },
      harmedUnits: 0,
    },
    latency: { log: -1, maxLog: 0, bound: Math.log(333), certificate: null, harmedUnits: 0 },
  },
  harmedUnits: 0,
  progress: {
    stages: [
      { shadow: 100, weight: 0, bake: 600_000, minUnits: 50, approval: false },
      { shadow: 0, weight: 5, bake: 300_000, minUnits: 50, approval: false },
      { shadow: 0, weight: 25, bake: 300_000, minUnits: 50, approval: false },
      { shadow: 0, weight: 50, bake: 300_000, minUnits: 50, approval: true },
      { shadow: 0, weight: 100, bake: 0, minUnits: 50, approval: false },
    ],
    elapsed: 90_000,
    bake: 60_000,
    candidateUnits: 420,
    stableUnits: 431,
    approved: false,
    gates: [
      { kind: 'bake', what: 'bake time', isPassed: false },
      { kind: 'units', what: 'units', isPassed: true },
    ],
    split: { p: 0.4, alpha: 0.001 },
    deadline: { elapsed: 700_000, maxTime: 86_400_000, onTimeout: 'hold' },
  },
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  by: 'ana',
  arms: [
    { name: 'candidate', version: 2, units: 1204, failures: 9, latency: { p50: 0.41, p95: 1.2, p99: 3.1 } },
    { name: 'stable', version: 1, units: 1310, failures: 7, latency: { p50: 0.4, p95: 1.1, p99: 2.8 } },
  ],
  metrics: [
    {
      ...{ name: 'errors', segment: null, scale: 'share' },
      ...{ estimate: 0.002, lower: -0.01, upper: 0.014, units: [1204, 1310] },
    },
    {
      ...{ name: 'errors', segment: 'country=PT', scale: 'share' },
      estimate: 0.08,
      lower: 0.03,
      upper: 0.13,
      units: [80, 85],
      flagged: true,
    },
  ],
  left: { latePieces: 0, missingParts: 1, mirrored: 5000, dropped: 2 },
  segments: [
    {
      segment: 'country=PT',
      arms: [
        { units: 80, failures: 7 },
        { units: 85, failures: 1 },
      ],
    },
  ],
  experiment: null,
  forecast: {
    rate: 12,
    errorRate: 0.005,
    stages: [
      { stage: 2, end: 240_000 },
      { stage: 3, end: 900_000 },
    ],
    certificate: 880_000,
    promotion: 900_000,
    detection: { rate: 0.01, time: 1_500_000 },
    basis: 'rollout',
  },
  warnings: [],
};

const SUMMARY: RolloutSummary = {
  ...{ id: 'ro_1', endpoint: 'churn', strategy: 'canary', candidate: 2, stableVersion: 1, state: 'running' },
  ...{ weight: 25, reason: ROLLOUT.reason, startedAt: ROLLOUT.startedAt, endedAt: null, by: 'ana' },
};

const HISTORY: RolloutHistoryView = {
  points: [
    { at: 0, stage: 0, weight: 5, guards: { errors: { harm: Number.NEGATIVE_INFINITY, noHarm: 0.2 } } },
    { at: 60_000, stage: 1, weight: 25, guards: { errors: { harm: 0.4, noHarm: 1.5 } } },
  ],
  moments: [
    { at: 0, command: null, by: null, state: 'running', stage: 0, weight: 5, reason: 'Collecting' },
    { at: 9, command: 'approve', by: 'ana', state: 'running', stage: 1, weight: 25, reason: 'Advanced' },
  ],
  left: 0,
};

const REPORT: SignedReport = {
  envelope: { payloadType: 'application/x', payload: '', signatures: [{ keyid: 'k1', sig: '' }] },
  ...{ keyId: 'k1', publicKey: 'p' },
};

export const ENDPOINT: EndpointView = {
  name: 'churn',
  model: 'churn',
  generation: 7,
  stable: 1,
  previous: null,
  route: singleVersionRoute('churn', 'churn', 1, 7),
  rollout: ROLLOUT,
  traffic: { rate: 12.5, errorShare: 0.004, units: null, over: 600_000 },
};

const MODEL: ModelView = { name: 'churn', latest: VERSION, aliases: { champion: 2 } };

const LINT: RolloutLint = {
  given: null,
  source: 'default',
  policy: null,
  traffic: null,
  forecast: null,
  experiment: null,
  warnings: [],
  refusal: null,
};

export interface RecordedCall {
  readonly name: string;
  readonly given: readonly unknown[];
}

export class MemoryControl implements ControlApi {
  /** Every change that was asked for, in order. */
  readonly told: RecordedCall[] = [];
  /** What adding a version waits for. */
  proving: Promise<unknown> = Promise.resolve();
  added: VersionView[] = [];

  #tell(name: string, ...given: readonly unknown[]): void {
    this.told.push({ name, given });
  }

  models: ControlApi['models'] = () => page([MODEL]);
  model: ControlApi['model'] = async (name) => {
    if (name === 'churn') return MODEL;
    throw new PlimsollError('MODEL_NOT_FOUND', { model: name, known: 'churn' });
  };
  versions: ControlApi['versions'] = () => page([...this.added, VERSION]);
  version: ControlApi['version'] = async (_, version) => this.added.at(-1) ?? { ...VERSION, version };
  proof: ControlApi['proof'] = async (_, version) => ({
    version: { ...VERSION, version },
    stage: null,
    facts: null,
  });
  certificate: ControlApi['certificate'] = async () => CERTIFICATE_SHOWN;
  contents: ControlApi['contents'] = async () => CONTENTS_SHOWN;
  tree: ControlApi['tree'] = async (_, __, step, choice) => {
    this.#tell('tree', step, choice);
    return TREE_SHOWN;
  };
  goldenRows: ControlApi['goldenRows'] = async (_, __, asked) => {
    this.#tell('goldenRows', asked);
    return GOLDEN_SHOWN;
  };
  difference: ControlApi['difference'] = async (_, from, to) => ({ ...DIFFERENCE_SHOWN, from, to });
  addVersion: ControlApi['addVersion'] = async (model, source, actor) => {
    this.#tell('addVersion', model, source, actor);
    await this.proving;
    return { ...VERSION, model, version: 3 };
  };
  changeVersion: ControlApi['changeVersion'] = async (model, version, change, actor) => {
    this.#tell('changeVersion', model, version, change, actor);
    return VERSION;
  };
  setAlias: ControlApi['setAlias'] = async (...given) => this.#tell('setAlias', ...given);
  garbage: ControlApi['garbage'] = async () => ({ bundles: 1, bytes: 1000 });
  collectGarbage: ControlApi['collectGarbage'] = async (actor) => {
    this.#tell('collectGarbage', actor);
    return { bundles: 1, bytes: 1000 };
  };

  endpoints: ControlApi['endpoints'] = () => page([ENDPOINT]);
  endpoint: ControlApi['endpoint'] = async () => ENDPOINT;
  trafficHistory: ControlApi['trafficHistory'] = (endpoint, { from = 0, to = 1, step = 60_000 }) =>
    Promise.resolve({ endpoint, model: endpoint, from, to, step, versions: [] });
  routes: ControlApi['routes'] = () =>
    page([{ endpoint: 'churn', generation: 7, route: ENDPOINT.route, at: 0, by: 'ana', reason: 'stage 2' }]);
  changeRoute: ControlApi['changeRoute'] = async (endpoint, change, generation, actor) => {
    if (generation !== ENDPOINT.generation)
      throw new PlimsollError('GENERATION_CONFLICT', {
        endpoint,
        found: ENDPOINT.generation,
        wanted: generation,
      });
    this.#tell('changeRoute', endpoint, change, generation, actor);
    return ENDPOINT;
  };
  rollback: ControlApi['rollback'] = async (...given) => {
    this.#tell('rollback', ...given);
    return ENDPOINT;
  };
  explainUnit: ControlApi['explainUnit'] = async (_, unit) => ({
    ...explainUnit(unit, { seed: 1, weight: 2500 }),
    version: 1,
  });

  lintRollout: ControlApi['lintRollout'] = async (...given) => {
    this.#tell('lintRollout', ...given);
    return LINT;
  };
  startRollout: ControlApi['startRollout'] = async (...given) => {
    this.#tell('startRollout', ...given);
    return ROLLOUT;
  };
  rollouts: ControlApi['rollouts'] = () => page([ROLLOUT]);
  allRollouts: ControlApi['allRollouts'] = async (query) => {
    this.#tell('allRollouts', query);
    return page([SUMMARY]);
  };
  history: ControlApi['history'] = async () => HISTORY;
  rollout: ControlApi['rollout'] = async () => ROLLOUT;
  command: ControlApi['command'] = async (...given) => {
    this.#tell('command', ...given);
    return ROLLOUT;
  };
  windows: ControlApi['windows'] = () => page([]);
  evidence: ControlApi['evidence'] = async () => REPORT;
  keys: ControlApi['keys'] = async () => [{ keyId: 'k1', publicKey: 'p' }];

  feedback: ControlApi['feedback'] = async (items) => {
    this.#tell('feedback', items);
    return { accepted: items.length };
  };
  auditChain: ControlApi['auditChain'] = async () => ({
    ...{ entries: 1, intact: true, brokenAt: null, brokenEntry: null },
    last: { seq: 1, hash: 'x' },
  });
  audit: ControlApi['audit'] = () =>
    page([
      {
        seq: 1,
        at: 0,
        by: 'ana',
        what: 'version.ready',
        subject: 'churn@2',
        body: {},
        previous: '',
        hash: 'x',
      },
    ]);
}
