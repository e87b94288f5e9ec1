/** Answers that were given to a key, so that a request sent twice is done once. */
import { IDEMPOTENCY_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';
import type { Idempotency } from '../store.ts';

export const idempotencyOver = (session: Session): Idempotency => ({
  get: (key) =>
    session.once(async (db) => {
      const row = await db.selectFrom('idempotency').selectAll().where('key', '=', key).executeTakeFirst();
      if (row === undefined) return null;
      const { fingerprint, status, body } = IDEMPOTENCY_ROWS.read(row);
      return { fingerprint, status, body };
    }),

  put: (key, fingerprint, status, body, at) =>
    session.once(async (db) => {
      await db
        .insertInto('idempotency')
        .values(IDEMPOTENCY_ROWS.write({ key, fingerprint, status, body, at }))
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
    }),

  prune: (before) =>
    session.once(async (db) => {
      await db.deleteFrom('idempotency').where('at', '<', before).execute();
    }),
});
