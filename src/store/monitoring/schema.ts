/** The tables of monitoring as they are in both databases, by the rules of the store's (`../schema.ts`). */
import type { Generated } from 'kysely';

export interface MonitoringSchema {
  schema_versions: { version: number; name: string };
  monitors: {
    endpoint: string;
    policy: string;
    generation: number;
    changed_at: number;
    changed_by: string;
  };
  profiles: { model: string; version: number; profile: string; created_at: number };
  /** Blocks that were taken in: `worker/epoch/seq`. */
  blocks: { key: string; at: number };
  ticks: {
    id: Generated<number>;
    endpoint: string;
    model: string;
    version: number;
    replica: string;
    at: number;
    span: number;
    rows: number;
    counts: Uint8Array;
    /** 1: a sum of others. */
    folded: number;
  };
  segments: {
    path: string;
    replica: string;
    endpoint: string;
    from: number;
    to: number;
    rows: number;
    bytes: number;
  };
  memories: { kind: string; name: string; body: string; changed_at: number };
  alerts: { fingerprint: string; endpoint: string; state: string; body: string };
  alert_events: { id: Generated<number>; fingerprint: string; at: number; what: string; body: string };
  deliveries: {
    id: string;
    receiver: string;
    group_key: string;
    body: string;
    state: string;
    attempts: number;
    not_before: number;
    error: string | null;
    created_at: number;
    receipt: string;
  };
  cohorts: {
    endpoint: string;
    version: number;
    from: number;
    to: number;
    revision: number;
    computed_at: number;
    body: string;
  };
  /** Numbered by the feedback of the store. */
  labels: {
    id: number;
    endpoint: string;
    request_id: string | null;
    unit: string | null;
    metric: string;
    value: string;
    at: number;
    received_at: number;
  };
  claims: { what: string; holder: string | null; token: number; expires_at: number };
}
