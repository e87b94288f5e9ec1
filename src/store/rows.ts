/**
 * The tables as they are in both databases, and their rows. JSON is text, so that what comes back is what was put in; booleans
 * are 0 and 1; times are milliseconds since the epoch. `migrations/` makes them, with the names of columns in snake case.
 */
import type { Generated } from 'kysely';
import { ROUTE } from '../rollout/route.ts';
import {
  anyInteger,
  anyText,
  anything,
  choice,
  epochTime,
  flag,
  list,
  shape,
  tableOf,
  text,
} from '../schema/value-schema.ts';
import { bytesColumn, flagColumn, jsonColumn, type KeptRow, orNull, RowSchema } from './row-schema.ts';
import { SCOPES } from './scopes.ts';

const anyJson = jsonColumn(anything);
const CHECK = shape({ name: anyText, ok: flag, detail: anyText });

export const VERSION_ROWS = new RowSchema('versions', ['model', 'version'], {
  model: anyText,
  version: anyInteger,
  /** sha256 of the original file, hex (with side files: over theirs, too); names the bundle. */
  digest: text('^[0-9a-f]{64}$', 'a sha256 in hex'),
  state: choice(['validating', 'ready', 'refused', 'archived']),
  /** Name of the original file. */
  file: anyText,
  checks: jsonColumn(list(CHECK)),
  labels: jsonColumn(tableOf(anyText, anyText)),
  note: anyText,
  createdAt: epochTime,
  createdBy: anyText,
});

export const ENDPOINT_ROWS = new RowSchema('endpoints', ['name'], {
  name: anyText,
  model: anyText,
  generation: anyInteger,
  route: jsonColumn(ROUTE),
  /** Version that everybody gets when no rollout runs. */
  stable: anyInteger,
  /** Version that was stable before: what `rollback` goes to. */
  previous: orNull(anyInteger),
  /** Rollout that owns the route, or null. */
  rollout: orNull(anyText),
  createdAt: epochTime,
});

export const ROUTE_ROWS = new RowSchema('routes', ['endpoint', 'generation'], {
  endpoint: anyText,
  generation: anyInteger,
  route: jsonColumn(ROUTE),
  at: anyInteger,
  by: anyText,
  reason: anyText,
});

export const ROLLOUT_ROWS = new RowSchema('rollouts', ['id'], {
  id: anyText,
  endpoint: anyText,
  strategy: choice(['canary', 'ab', 'shadow', 'blue-green', 'immediate', 'placebo']),
  candidate: anyInteger,
  stable: anyInteger,
  candidateDigest: anyText,
  stableDigest: anyText,
  policyHash: anyText,
  /** The policy as it was given. */
  policy: anyJson,
  seed: anyInteger,
  reason: anyText,
  by: anyText,
  startedAt: epochTime,
  /** Null while it runs. */
  endedAt: orNull(epochTime),
  /** For lists; the truth is in the events. */
  state: choice(['running', 'holding', 'promoted', 'rolled-back', 'aborted']),
  /** Ended because of evidence, not by a person. */
  rolledBackAutomatically: flagColumn,
});

export const ROLLOUT_EVENT_ROWS = new RowSchema('rollout_events', ['rollout', 'seq'], {
  rollout: anyText,
  /** From 0, without gaps. */
  seq: anyInteger,
  at: anyInteger,
  kind: choice(['start', 'window', 'tick', 'ready', 'command', 'baseline']),
  body: anyJson,
  /** Of a window: units that were flagged in it for the first time, packed; else null. */
  units: orNull(bytesColumn),
});

export const ROLLOUT_ACTION_ROWS = new RowSchema('rollout_actions', ['id'], {
  id: anyText,
  rollout: anyText,
  /** Event that it follows from. */
  seq: anyInteger,
  body: anyJson,
  /** Generation that the route gets by it; null where it changes none. */
  generation: orNull(anyInteger),
  verdict: anyText,
  reason: anyText,
  fence: anyInteger,
  decidedAt: anyInteger,
  appliedAt: orNull(anyInteger),
});

export const ANSWER_ROWS = new RowSchema('answers', ['rollout', 'requestId'], {
  rollout: anyText,
  requestId: anyText,
  unit: orNull(anyText),
  arm: anyInteger,
  window: anyInteger,
  at: anyInteger,
  answer: anyText,
  /** Value of the segment header that its request carried, or null. */
  segment: orNull(anyText),
});

export const FEEDBACK_COLUMNS = {
  endpoint: anyText,
  requestId: orNull(anyText),
  /** Hash of the unit in hex, or null where it is given by request. */
  unit: orNull(anyText),
  /** `label`, or the name of a metric. */
  metric: anyText,
  /** The label as text, or the value in decimal. */
  value: anyText,
  /** When it happened. */
  at: anyInteger,
  receivedAt: anyInteger,
};
export const FEEDBACK_ROWS = new RowSchema('feedback', ['endpoint', 'receivedAt'], FEEDBACK_COLUMNS);

export const AUDIT_ROWS = new RowSchema('audit', ['seq'], {
  /** From 1, without gaps. */
  seq: anyInteger,
  previous: anyText,
  /** sha256 over the previous hash and this entry, hex. */
  hash: anyText,
  at: anyInteger,
  by: anyText,
  /** `version.ready`, `rollout.started`, `route.changed` … */
  what: anyText,
  /** `churn@2`, `endpoint/churn`, `rollout/ro_…` */
  subject: anyText,
  body: anyJson,
});

export const PIECE_ROWS = new RowSchema('pieces', ['rollout', 'window', 'worker', 'epoch', 'seq'], {
  rollout: anyText,
  generation: anyInteger,
  window: anyInteger,
  worker: anyText,
  epoch: anyInteger,
  seq: anyInteger,
  /** The rest of it, packed. */
  body: bytesColumn,
  at: anyInteger,
});

export const MEMBER_ROWS = new RowSchema('members', ['replica'], {
  replica: anyText,
  /** Grows with every sign of life. */
  beat: anyInteger,
  /** By its own clock. */
  at: anyInteger,
  body: anyJson,
});

export const ORDER_ROWS = new RowSchema('orders', ['id'], {
  id: anyText,
  kind: anyText,
  body: anyJson,
  by: anyText,
  at: anyInteger,
  written: flagColumn,
  /** Null until it is done, or cannot be done. */
  answer: orNull(anyJson),
});

export const API_KEY_ROWS = new RowSchema('api_keys', ['id'], {
  /** Tells the keys of one name apart: a key that is rotated has two for a while. */
  id: anyText,
  name: anyText,
  /** sha256 of the key, hex. */
  hash: anyText,
  scope: choice(SCOPES),
  /** Endpoints that a `predict` key is for; none means all. */
  endpoints: jsonColumn(list(anyText)),
  createdAt: epochTime,
  createdBy: anyText,
  /** Null where it holds until it is revoked. */
  expiresAt: orNull(epochTime),
  revokedAt: orNull(epochTime),
});

export const TRAFFIC_ROWS = new RowSchema('traffic', ['model', 'step', 'at', 'version', 'replica'], {
  model: anyText,
  /** Milliseconds that it is about, from `at` on. */
  step: anyInteger,
  at: anyInteger,
  version: anyInteger,
  /** The server that counted it. */
  replica: anyText,
  /** Requests by how they ended. */
  answered: anyInteger,
  invalid: anyInteger,
  failed: anyInteger,
  overloaded: anyInteger,
  cancelled: anyInteger,
  /** Answers by duration: numbers of cells of `metrics/duration-buckets.ts`, and how many. */
  times: jsonColumn(list(list(anyInteger))),
});

export const IDEMPOTENCY_ROWS = new RowSchema('idempotency', ['key'], {
  key: anyText,
  fingerprint: anyText,
  status: anyInteger,
  body: anyJson,
  at: anyInteger,
});

/** Columns that order rows by their arrival. */
interface Numbered {
  id: Generated<number>;
}

/** The tables as statements name them. */
export interface StoreTables {
  schemaVersions: { version: number; name: string };
  versions: KeptRow<typeof VERSION_ROWS>;
  aliases: { model: string; alias: string; version: number };
  endpoints: KeptRow<typeof ENDPOINT_ROWS>;
  routes: KeptRow<typeof ROUTE_ROWS>;
  rollouts: KeptRow<typeof ROLLOUT_ROWS>;
  rolloutEvents: KeptRow<typeof ROLLOUT_EVENT_ROWS>;
  /** `position` is the order of decision within a rollout. */
  rolloutActions: KeptRow<typeof ROLLOUT_ACTION_ROWS> & { position: number };
  answers: KeptRow<typeof ANSWER_ROWS>;
  feedback: KeptRow<typeof FEEDBACK_ROWS> & Numbered;
  audit: KeptRow<typeof AUDIT_ROWS>;
  owners: { scope: string; holder: string | null; token: number; expiresAt: number };
  /** `reader` is the token of the last owner that took it; 0 where none has. */
  pieces: KeptRow<typeof PIECE_ROWS> & Numbered & { reader: number };
  members: KeptRow<typeof MEMBER_ROWS>;
  orders: KeptRow<typeof ORDER_ROWS>;
  apiKeys: KeptRow<typeof API_KEY_ROWS>;
  traffic: KeptRow<typeof TRAFFIC_ROWS>;
  idempotency: KeptRow<typeof IDEMPOTENCY_ROWS>;
}
