/** The port to API keys: who may ask for what, without the keys themselves. Pure. */

import type { ReadRows, RowOf } from './row-schema.ts';
import type { API_KEY_ROWS } from './rows.ts';

export type ApiKeyRow = RowOf<typeof API_KEY_ROWS>;

export interface ApiKeys {
  insert(row: ApiKeyRow): Promise<void>;
  /** In order of their making, those that are over among them. At most 10,000 are kept. */
  list(): Promise<ReadRows<ApiKeyRow>>;
  /** Those that hold at `now`. */
  active(now: number): Promise<ReadRows<ApiKeyRow>>;
  change(id: string, change: Partial<Pick<ApiKeyRow, 'expiresAt' | 'revokedAt'>>): Promise<void>;
  /** Removes what was over before `before`; answers how many. */
  prune(before: number): Promise<number>;
}
