/** Counts by slots of time. */
import { limitOf } from '../page.ts';
import type { Db, Session } from '../session.ts';
import type { MonitoringStore, TickRow } from './monitoring.ts';
import { type MonitoringTables, NEW_TICK_ROWS, TICK_ROWS } from './rows.ts';

type Ticks = Pick<MonitoringStore, 'ticksAfter' | 'ticks' | 'foldTicks'>;

/** Rows, or numbers, in one statement. */
const PART = 500;

export const ticksOver = (session: Session<MonitoringTables>): Ticks => ({
  ticksAfter: (id, limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('ticks')
        .selectAll()
        .where('id', '>', id)
        .where('folded', '=', 0)
        .orderBy('id')
        .limit(limitOf({ limit }))
        .execute();
      return rows.map(TICK_ROWS.read);
    }),

  ticks: ({ endpoint, version, from, to }) =>
    session.once(async (db) => {
      let query = db
        .selectFrom('ticks')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('at', '>=', from)
        .where('at', '<', to);
      if (version !== null) query = query.where('version', '=', version);
      return (await query.orderBy('at').orderBy('id').execute()).map(TICK_ROWS.read);
    }),

  foldTicks: (ids, sums) =>
    session.atomically(async (db) => {
      const distinct = [...new Set(ids)];
      // Looked for before any is removed: a transaction that answers false is kept, too.
      let there = 0;
      for (let i = 0; i < distinct.length; i += PART) {
        const part = distinct.slice(i, i + PART);
        there += (await db.selectFrom('ticks').select('id').where('id', 'in', part).execute()).length;
      }
      if (there < distinct.length) return false;
      for (let i = 0; i < distinct.length; i += PART) {
        const part = distinct.slice(i, i + PART);
        await db.deleteFrom('ticks').where('id', 'in', part).execute();
      }
      await insertTicks(db, sums, 1);
      return true;
    }),
});

/** Inserts them in their order; `folded` 1: they are sums. */
export async function insertTicks(
  db: Db<MonitoringTables>,
  ticks: readonly Omit<TickRow, 'id'>[],
  folded: 0 | 1,
): Promise<void> {
  for (let i = 0; i < ticks.length; i += PART) {
    const part = ticks.slice(i, i + PART);
    await db
      .insertInto('ticks')
      .values(part.map((tick) => ({ ...NEW_TICK_ROWS.write(tick), folded })))
      .execute();
  }
}
