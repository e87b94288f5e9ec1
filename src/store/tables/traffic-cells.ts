/** Cells of traffic as statements. */
import { sql } from 'kysely';
import { TRAFFIC_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';
import type { TrafficCells } from '../store.ts';

/** Rows of one statement: a process that answers predictions meanwhile is held for less than a millisecond by each. */
const AT_ONCE = 25;

const ALL_REQUESTS = sql<number | string>`sum(answered + invalid + failed + overloaded + cancelled)`;

export const trafficCellsOver = (session: Session): TrafficCells => ({
  put: async (rows) => {
    for (let from = 0; from < rows.length; from += AT_ONCE)
      await session.once((db) =>
        db
          .insertInto('traffic')
          .values(rows.slice(from, from + AT_ONCE).map((row) => TRAFFIC_ROWS.write(row)))
          .onConflict((conflict) =>
            conflict.columns(['model', 'step', 'at', 'version', 'replica']).doUpdateSet((eb) => ({
              answered: eb.ref('excluded.answered'),
              invalid: eb.ref('excluded.invalid'),
              failed: eb.ref('excluded.failed'),
              overloaded: eb.ref('excluded.overloaded'),
              cancelled: eb.ref('excluded.cancelled'),
              times: eb.ref('excluded.times'),
            })),
          )
          .execute(),
      );
  },

  of: ({ model, step, from, to }) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('traffic')
        .selectAll()
        .where('model', '=', model)
        .where('step', '=', step)
        .where('at', '>=', from)
        .where('at', '<', to)
        .orderBy('at')
        .execute();
      return rows.map(TRAFFIC_ROWS.read);
    }),

  requests: ({ model, step, from, to }) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('traffic')
        .select(['at', ALL_REQUESTS.as('requests')])
        .where('model', '=', model)
        .where('step', '=', step)
        .where('at', '>=', from)
        .where('at', '<', to)
        .groupBy('at')
        .orderBy('at')
        .execute();
      return rows.map(({ at, requests }) => ({ at, requests: Number(requests) }));
    }),

  at: (step, at, replica) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('traffic')
        .selectAll()
        .where('step', '=', step)
        .where('at', '=', at)
        .where('replica', '=', replica)
        .execute();
      return rows.map(TRAFFIC_ROWS.read);
    }),

  prune: (step, before) =>
    session.once(async (db) => {
      await db.deleteFrom('traffic').where('step', '=', step).where('at', '<', before).execute();
    }),
});
