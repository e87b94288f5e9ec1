/** Ownership for a time. A token is never given to two holders, and a later holder's is always greater. */
import { sql } from 'kysely';
import type { Db, Session } from '../session.ts';
import type { Fence, Owners } from '../store.ts';

/** Whether the owner with this token still owns; time is not asked: who was not replaced may go on. */
export async function fenceHolds(db: Db, { scope, token }: Fence): Promise<boolean> {
  const row = await db
    .selectFrom('owners')
    .select('token')
    .where('scope', '=', scope)
    .where('token', '=', token)
    .where('holder', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

export const ownersOver = (session: Session): Owners => ({
  acquire: (scope, holder, now, millis) =>
    session.once(async (db) => {
      const row = await db
        .insertInto('owners')
        .values({ scope, holder, token: 1, expiresAt: now + millis })
        .onConflict((conflict) =>
          conflict
            .column('scope')
            .doUpdateSet({
              holder,
              token: sql<number>`case when owners.holder = ${holder} then owners.token else owners.token + 1 end`,
              expiresAt: now + millis,
            })
            .where(({ eb, or }) =>
              or([
                eb('owners.holder', 'is', null),
                eb('owners.holder', '=', holder),
                eb('owners.expiresAt', '<=', now),
              ]),
            ),
        )
        .returning('token')
        .executeTakeFirst();
      return row === undefined ? null : { scope, token: row.token };
    }),

  holds: (fence) => session.once((db) => fenceHolds(db, fence)),

  release: ({ scope, token }) =>
    session.once(async (db) => {
      await db
        .updateTable('owners')
        .set({ holder: null })
        .where('scope', '=', scope)
        .where('token', '=', token)
        .execute();
    }),
});
