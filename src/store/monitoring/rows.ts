/** The tables of monitoring as they are in both databases, and their rows, by the rules of the store's (`../rows.ts`). */
import type { Generated } from 'kysely';
import { anyInteger, anyText, anything, choice } from '../../schema/value-schema.ts';
import { bytesColumn, jsonColumn, type KeptRow, orNull, RowSchema } from '../row-schema.ts';
import { FEEDBACK_COLUMNS } from '../rows.ts';

const anyJson = jsonColumn(anything);

export const MONITOR_ROWS = new RowSchema('monitors', ['endpoint'], {
  endpoint: anyText,
  /** A `MonitorPolicy`, as it was written. */
  policy: anyJson,
  generation: anyInteger,
  changedAt: anyInteger,
  changedBy: anyText,
});

export const PROFILE_ROWS = new RowSchema('profiles', ['model', 'version'], {
  model: anyText,
  version: anyInteger,
  /** A `ReferenceProfile`. */
  profile: anyJson,
  createdAt: anyInteger,
});

const TICK = {
  endpoint: anyText,
  model: anyText,
  version: anyInteger,
  replica: anyText,
  /** Begin of the slot. */
  at: anyInteger,
  span: anyInteger,
  rows: anyInteger,
  /** Packed `TickCounts`. */
  counts: bytesColumn,
};
export const NEW_TICK_ROWS = new RowSchema('ticks', ['endpoint', 'at'], TICK);
export const TICK_ROWS = new RowSchema('ticks', ['id'], { id: anyInteger, ...TICK });

export const SEGMENT_ROWS = new RowSchema('segments', ['path'], {
  /** Below the folder of the log. */
  path: anyText,
  replica: anyText,
  /** Of rows whose request named a version itself: `@` and the model. */
  endpoint: anyText,
  /** From its first row to its last, both within. */
  from: anyInteger,
  to: anyInteger,
  rows: anyInteger,
  bytes: anyInteger,
});

export const MEMORY_ROWS = new RowSchema('memories', ['kind', 'name'], {
  kind: anyText,
  name: anyText,
  body: anyJson,
  changedAt: anyInteger,
});

export const ALERT_ROWS = new RowSchema('alerts', ['fingerprint'], {
  fingerprint: anyText,
  endpoint: anyText,
  state: anyText,
  body: anyJson,
});

const ALERT_EVENT = { fingerprint: anyText, at: anyInteger, what: anyText, body: anyJson };
export const NEW_ALERT_EVENT_ROWS = new RowSchema('alert_events', ['fingerprint', 'at'], ALERT_EVENT);
export const ALERT_EVENT_ROWS = new RowSchema('alert_events', ['id'], { id: anyInteger, ...ALERT_EVENT });

export const DELIVERY_ROWS = new RowSchema('deliveries', ['id'], {
  id: anyText,
  receiver: anyText,
  /** One message is updated, or threads are kept, by it. */
  groupKey: anyText,
  body: anyJson,
  state: choice(['waiting', 'sent', 'dead']),
  attempts: anyInteger,
  notBefore: anyInteger,
  error: orNull(anyText),
  createdAt: anyInteger,
  /** What the receiver said that a later notice of the group needs (Slack's `ts`). */
  receipt: anyJson,
});

export const COHORT_ROWS = new RowSchema('cohorts', ['endpoint', 'version', 'from', 'revision'], {
  endpoint: anyText,
  version: anyInteger,
  from: anyInteger,
  to: anyInteger,
  revision: anyInteger,
  computedAt: anyInteger,
  body: anyJson,
});

/** Numbered by the feedback of the store. */
export const LABEL_ROWS = new RowSchema('labels', ['id'], { id: anyInteger, ...FEEDBACK_COLUMNS });

interface Numbered {
  id: Generated<number>;
}

export interface MonitoringTables {
  schemaVersions: { version: number; name: string };
  monitors: KeptRow<typeof MONITOR_ROWS>;
  profiles: KeptRow<typeof PROFILE_ROWS>;
  /** Blocks that were taken in: `worker/epoch/seq`. */
  blocks: { key: string; at: number };
  /** `folded` 1: a sum of others. */
  ticks: KeptRow<typeof NEW_TICK_ROWS> & Numbered & { folded: number };
  segments: KeptRow<typeof SEGMENT_ROWS>;
  memories: KeptRow<typeof MEMORY_ROWS>;
  alerts: KeptRow<typeof ALERT_ROWS>;
  alertEvents: KeptRow<typeof NEW_ALERT_EVENT_ROWS> & Numbered;
  deliveries: KeptRow<typeof DELIVERY_ROWS>;
  cohorts: KeptRow<typeof COHORT_ROWS>;
  labels: KeptRow<typeof LABEL_ROWS>;
  claims: { what: string; holder: string | null; token: number; expiresAt: number };
}
