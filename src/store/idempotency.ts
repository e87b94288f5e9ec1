/** Answers that were given to a key, so that a request sent twice is done once. */
import { decodeJson, encodeJson } from './json.ts';
import type { Session } from './session.ts';
import type { Idempotency } from './store.ts';

export const idempotencyOver = (session: Session): Idempotency => ({
  get: (key) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('idempotency')
        .select(['fingerprint', 'status', 'body'])
        .where('key', '=', key)
        .executeTakeFirst();
      return row === undefined ? null : { ...row, body: decodeJson(row.body) };
    }),

  put: (key, fingerprint, status, body, at) =>
    session.once(async (db) => {
      await db
        .insertInto('idempotency')
        .values({ key, fingerprint, status, body: encodeJson(body), at })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
    }),

  prune: (before) =>
    session.once(async (db) => {
      await db.deleteFrom('idempotency').where('at', '<', before).execute();
    }),
});
