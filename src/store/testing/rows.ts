/** Rows as tests need them. */
import { singleVersionRoute } from '../../rollout/route.ts';
import type {
  ActionRow,
  EndpointRow,
  RolloutEventRow,
  RolloutRow,
  RouteChange,
  VersionRow,
} from '../store.ts';

export const CHANGE: RouteChange = { at: 1_700_000_000_000, by: 'ann', reason: 'first version' };

export const version = (change: Partial<VersionRow> = {}): Omit<VersionRow, 'version'> => ({
  model: 'churn',
  digest: 'a'.repeat(64),
  state: 'ready',
  file: 'churn.joblib',
  checks: [{ name: 'golden', ok: true, detail: '20 rows' }],
  labels: { team: 'growth' },
  note: '',
  createdAt: 1_700_000_000_000,
  createdBy: 'ann',
  ...change,
});

export const endpoint = (name = 'churn', generation = 1): EndpointRow => ({
  name,
  model: 'churn',
  generation,
  route: singleVersionRoute(name, 'churn', 1, generation),
  stable: 1,
  previous: null,
  rollout: null,
  createdAt: 1_700_000_000_000,
});

export const rollout = (change: Partial<RolloutRow> = {}): RolloutRow => ({
  id: 'ro_1',
  endpoint: 'churn',
  strategy: 'canary',
  candidate: 2,
  stable: 1,
  binding: { candidate: 'b'.repeat(64), stable: 'a'.repeat(64), policyHash: 'c'.repeat(64) },
  policy: { stages: [{ weight: 5, bake: '5m' }] },
  seed: 4_294_967_295,
  reason: 'new features',
  by: 'ann',
  startedAt: 1_700_000_000_000,
  endedAt: null,
  state: 'running',
  rolledBackAutomatically: false,
  ...change,
});

export const event = (seq: number, change: Partial<RolloutEventRow> = {}): RolloutEventRow => ({
  rollout: 'ro_1',
  seq,
  at: 1_700_000_000_000 + seq,
  kind: 'window',
  body: { index: seq, arms: { candidate: { units: 10, failures: 0 } } },
  units: new Uint8Array([0, 255, seq]),
  ...change,
});

export const action = (id: string, change: Partial<ActionRow> = {}): ActionRow => ({
  id,
  rollout: 'ro_1',
  seq: 0,
  body: { kind: 'setWeight', weight: 500 },
  generation: 2,
  verdict: 'advance',
  reason: 'all that the stage needs',
  fence: 1,
  decidedAt: 1_700_000_000_000,
  appliedAt: null,
  ...change,
});
