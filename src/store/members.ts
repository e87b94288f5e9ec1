/** Control planes that share the store: each writes a row of its own, again and again while it lives. */
import { decodeJson, encodeJson } from './json.ts';
import type { Members } from './replicas.ts';
import type { Session } from './session.ts';

const LIST_MAX = 1000;

export const membersOver = (session: Session): Members => ({
  put: ({ replica, beat, at, body }) =>
    session.once(async (db) => {
      const said = { beat, at, body: encodeJson(body) };
      await db
        .insertInto('members')
        .values({ replica, ...said })
        .onConflict((conflict) => conflict.column('replica').doUpdateSet(said))
        .execute();
    }),

  list: () =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('members')
        .select(['replica', 'beat', 'at', 'body'])
        .orderBy('replica')
        .limit(LIST_MAX)
        .execute();
      return rows.map((row) => ({ ...row, body: decodeJson(row.body) }));
    }),

  remove: (replica, beat) =>
    session.once(async (db) => {
      await db.deleteFrom('members').where('replica', '=', replica).where('beat', '<=', beat).execute();
    }),
});
