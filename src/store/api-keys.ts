/** API keys by their hashes; a key itself is never here. */
import type { Selectable } from 'kysely';
import type { ApiKeyRow, ApiKeys, Scope } from './access.ts';
import { decodeJson, encodeJson } from './json.ts';
import type { Schema } from './schema.ts';
import type { Session } from './session.ts';

const LIST_MAX = 10_000;

const toKey = (row: Selectable<Schema['api_keys']>): ApiKeyRow => ({
  id: row.id,
  name: row.name,
  hash: row.hash,
  scope: row.scope as Scope,
  endpoints: decodeJson(row.endpoints),
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});

export const apiKeysOver = (session: Session): ApiKeys => ({
  insert: (row) =>
    session.once(async (db) => {
      await db
        .insertInto('api_keys')
        .values({
          id: row.id,
          name: row.name,
          hash: row.hash,
          scope: row.scope,
          endpoints: encodeJson(row.endpoints),
          created_at: row.createdAt,
          created_by: row.createdBy,
          expires_at: row.expiresAt,
          revoked_at: row.revokedAt,
        })
        .execute();
    }),

  list: () =>
    session.once(async (db) => {
      const query = db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id');
      return (await query.limit(LIST_MAX).execute()).map(toKey);
    }),

  active: (now) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('revoked_at', 'is', null)
        .where((or) => or.or([or('expires_at', 'is', null), or('expires_at', '>', now)]))
        .orderBy('created_at')
        .orderBy('id')
        .limit(LIST_MAX)
        .execute();
      return rows.map(toKey);
    }),

  change: (id, { expiresAt, revokedAt }) =>
    session.once(async (db) => {
      const set = {
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
        ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
      };
      await db.updateTable('api_keys').set(set).where('id', '=', id).execute();
    }),

  prune: (before) =>
    session.once(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('api_keys')
        .where((or) => or.or([or('revoked_at', '<', before), or('expires_at', '<', before)]))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    }),
});
