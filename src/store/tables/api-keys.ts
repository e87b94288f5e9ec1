/** API keys by their hashes; a key itself is never here. */
import type { ApiKeys } from '../access.ts';
import { readRows } from '../row-schema.ts';
import { API_KEY_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';

const LIST_MAX = 10_000;

export const apiKeysOver = (session: Session): ApiKeys => ({
  insert: (row) =>
    session.once(async (db) => {
      await db.insertInto('apiKeys').values(API_KEY_ROWS.write(row)).execute();
    }),

  list: () =>
    session.once(async (db) => {
      const query = db.selectFrom('apiKeys').selectAll().orderBy('createdAt').orderBy('id');
      return readRows(await query.limit(LIST_MAX).execute(), API_KEY_ROWS.read);
    }),

  active: (now) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('apiKeys')
        .selectAll()
        .where('revokedAt', 'is', null)
        .where((or) => or.or([or('expiresAt', 'is', null), or('expiresAt', '>', now)]))
        .orderBy('createdAt')
        .orderBy('id')
        .limit(LIST_MAX)
        .execute();
      return readRows(rows, API_KEY_ROWS.read);
    }),

  change: (id, change) =>
    session.once(async (db) => {
      await db.updateTable('apiKeys').set(API_KEY_ROWS.change(change)).where('id', '=', id).execute();
    }),

  prune: (before) =>
    session.once(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('apiKeys')
        .where((or) => or.or([or('revokedAt', '<', before), or('expiresAt', '<', before)]))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    }),
});
