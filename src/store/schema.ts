/**
 * The tables as they are in both databases. JSON is text, so that what comes back is what was put in; booleans are 0 and
 * 1; times are milliseconds since the epoch. `migrations/` makes them.
 */
import type { Generated } from 'kysely';

export interface Schema {
  schema_versions: { version: number; name: string };
  versions: {
    model: string;
    version: number;
    digest: string;
    state: string;
    file: string;
    checks: string;
    labels: string;
    note: string;
    created_at: number;
    created_by: string;
  };
  aliases: { model: string; alias: string; version: number };
  endpoints: {
    name: string;
    model: string;
    generation: number;
    route: string;
    stable: number;
    previous: number | null;
    rollout: string | null;
    created_at: number;
  };
  routes: { endpoint: string; generation: number; route: string; at: number; by: string; reason: string };
  rollouts: {
    id: string;
    endpoint: string;
    strategy: string;
    candidate: number;
    stable: number;
    candidate_digest: string;
    stable_digest: string;
    policy_hash: string;
    policy: string;
    seed: number;
    reason: string;
    by: string;
    started_at: number;
    ended_at: number | null;
    state: string;
    rolled_back_automatically: number;
  };
  rollout_events: {
    rollout: string;
    seq: number;
    at: number;
    kind: string;
    body: string;
    units: Uint8Array | null;
  };
  rollout_actions: {
    id: string;
    rollout: string;
    seq: number;
    body: string;
    generation: number | null;
    verdict: string;
    reason: string;
    fence: number;
    decided_at: number;
    applied_at: number | null;
    /** Order of decision within a rollout. */
    position: number;
  };
  answers: {
    rollout: string;
    request_id: string;
    unit: string | null;
    arm: number;
    window: number;
    at: number;
    answer: string;
    segment: string | null;
  };
  feedback: {
    /** Order of arrival. */
    id: Generated<number>;
    endpoint: string;
    request_id: string | null;
    unit: string | null;
    metric: string;
    value: string;
    at: number;
    received_at: number;
  };
  audit: {
    seq: number;
    previous: string;
    hash: string;
    at: number;
    by: string;
    what: string;
    subject: string;
    body: string;
  };
  owners: { scope: string; holder: string | null; token: number; expires_at: number };
  pieces: {
    /** Order of arrival. */
    id: Generated<number>;
    rollout: string;
    generation: number;
    window: number;
    worker: string;
    epoch: number;
    seq: number;
    body: Uint8Array;
    at: number;
    /** Token of the last owner that took it; 0 where none has. */
    reader: number;
  };
  members: { replica: string; beat: number; at: number; body: string };
  orders: {
    id: string;
    kind: string;
    body: string;
    by: string;
    at: number;
    written: number;
    answer: string | null;
  };
  api_keys: {
    id: string;
    name: string;
    hash: string;
    scope: string;
    endpoints: string;
    created_at: number;
    created_by: string;
    expires_at: number | null;
    revoked_at: number | null;
  };
  idempotency: { key: string; fingerprint: string; status: number; body: string; at: number };
}
