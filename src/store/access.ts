/** The port to API keys: who may ask for what, without the keys themselves. Pure. */

/** What a key lets its holder do, from reading to everything; `predict` is for predictions and nothing else. */
export const SCOPES = ['predict', 'viewer', 'operator', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKeyRow {
  /** Tells the keys of one name apart: a key that is rotated has two for a while. */
  readonly id: string;
  readonly name: string;
  /** sha256 of the key, hex. */
  readonly hash: string;
  readonly scope: Scope;
  /** Endpoints that a `predict` key is for; none means all. */
  readonly endpoints: readonly string[];
  readonly createdAt: number;
  readonly createdBy: string;
  /** Null where it holds until it is revoked. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface ApiKeys {
  insert(row: ApiKeyRow): Promise<void>;
  /** In order of their making, those that are over among them. At most 10,000 are kept. */
  list(): Promise<readonly ApiKeyRow[]>;
  /** Those that hold at `now`. */
  active(now: number): Promise<readonly ApiKeyRow[]>;
  change(id: string, change: Partial<Pick<ApiKeyRow, 'expiresAt' | 'revokedAt'>>): Promise<void>;
  /** Removes what was over before `before`; answers how many. */
  prune(before: number): Promise<number>;
}
