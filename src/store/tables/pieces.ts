/** Pieces of windows, from the replicas that recorded them to the one that decides. */

import type { Pieces } from '../replicas.ts';
import { PIECE_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';

export const piecesOver = (session: Session): Pieces => ({
  insert: async (rows) => {
    if (rows.length === 0) return;
    await session.once((db) =>
      db
        .insertInto('pieces')
        .values(rows.map((row) => ({ ...PIECE_ROWS.write(row), reader: 0 })))
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  },

  take: async (rollouts, reader, limit) => {
    if (rollouts.length === 0) return [];
    const rows = await session.once((db) =>
      db
        .updateTable('pieces')
        .set({ reader })
        .where('id', 'in', (unread) =>
          unread
            .selectFrom('pieces')
            .select('id')
            .where('rollout', 'in', rollouts)
            .where('reader', '<', reader)
            .orderBy('id')
            .limit(limit),
        )
        .returningAll()
        .execute(),
    );
    return rows.toSorted((a, b) => a.id - b.id).map(PIECE_ROWS.read);
  },

  giveBack: async (rollouts, reader) => {
    if (rollouts.length === 0) return;
    await session.once((db) =>
      db
        .updateTable('pieces')
        .set({ reader: 0 })
        .where('rollout', 'in', rollouts)
        .where('reader', '=', reader)
        .execute(),
    );
  },

  prune: (before) =>
    session.once(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('pieces')
        .where('at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    }),
});
