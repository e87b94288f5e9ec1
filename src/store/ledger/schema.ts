/** The tables of batch jobs as they are in both databases, by the rules of the store's (`../schema.ts`). */

export interface LedgerSchema {
  schema_versions: { version: number; name: string };
  jobs: {
    name: string;
    spec: string;
    schedule: string;
    paused: number;
    memory: string;
    generation: number;
    created_at: number;
    created_by: string;
  };
  runs: {
    id: string;
    job: string;
    number: number;
    cause: string;
    due: string;
    spec: string;
    state: string;
    attempt: number;
    created_at: number;
    started_at: number | null;
    ended_at: number | null;
    not_before: number;
    holder: string | null;
    fence: number;
    lease_until: number;
    fingerprint: string | null;
    facts: string;
    plan: string;
    receipt: string;
    error: string;
    progress: string;
  };
  /** Digests of parts of the input. */
  pieces: { run: string; path: string; piece: number; digest: string };
  chunks: { run: string; chunk: number; account: string };
}
