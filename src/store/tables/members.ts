/** Control planes that share the store: each writes a row of its own, again and again while it lives. */
import type { Members } from '../replicas.ts';
import { MEMBER_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';

const LIST_MAX = 1000;

export const membersOver = (session: Session): Members => ({
  put: (row) =>
    session.once(async (db) => {
      const { replica, ...said } = MEMBER_ROWS.write(row);
      await db
        .insertInto('members')
        .values({ replica, ...said })
        .onConflict((conflict) => conflict.column('replica').doUpdateSet(said))
        .execute();
    }),

  list: () =>
    session.once(async (db) => {
      const query = db.selectFrom('members').selectAll().orderBy('replica').limit(LIST_MAX);
      return (await query.execute()).map(MEMBER_ROWS.read);
    }),

  remove: (replica, beat) =>
    session.once(async (db) => {
      await db.deleteFrom('members').where('replica', '=', replica).where('beat', '<=', beat).execute();
    }),
});
