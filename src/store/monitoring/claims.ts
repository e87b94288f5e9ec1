/** What only one process may do, for a time. A token is never given to two holders, and a later holder's is greater. */
import { sql } from 'kysely';
import type { Db, Session } from '../session.ts';
import type { Fence } from '../store.ts';
import type { MonitoringStore } from './monitoring.ts';
import type { MonitoringTables } from './rows.ts';

type Claims = Pick<MonitoringStore, 'claim' | 'release'>;

export const claimsOver = (session: Session<MonitoringTables>): Claims => ({
  claim: (what, holder, now, millis) =>
    session.once(async (db) => {
      const row = await db
        .insertInto('claims')
        .values({ what, holder, token: 1, expiresAt: now + millis })
        .onConflict((conflict) =>
          conflict
            .column('what')
            .doUpdateSet({
              holder,
              token: sql<number>`case when claims.holder = ${holder} then claims.token else claims.token + 1 end`,
              expiresAt: now + millis,
            })
            .where(({ eb, or }) =>
              or([
                eb('claims.holder', 'is', null),
                eb('claims.holder', '=', holder),
                eb('claims.expiresAt', '<=', now),
              ]),
            ),
        )
        .returning('token')
        .executeTakeFirst();
      return row === undefined ? null : { scope: what, token: row.token };
    }),

  release: ({ scope, token }) =>
    session.once(async (db) => {
      await db
        .updateTable('claims')
        .set({ holder: null })
        .where('what', '=', scope)
        .where('token', '=', token)
        .execute();
    }),
});

/** Whether nobody has claimed the same since; time is not asked: who was not replaced may go on. */
export async function holds(db: Db<MonitoringTables>, fence: Fence | undefined): Promise<boolean> {
  if (fence === undefined) return true;
  const row = await db
    .selectFrom('claims')
    .select('token')
    .where('what', '=', fence.scope)
    .where('token', '=', fence.token)
    .where('holder', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}
