/** What people have set for endpoints, and the profiles of reference data. */
import { keyOf, limitOf, rowPageOf } from '../page.ts';
import type { Session } from '../session.ts';
import type { MonitoringStore } from './monitoring.ts';
import { MONITOR_ROWS, type MonitoringTables, PROFILE_ROWS } from './rows.ts';

type Monitors = Pick<MonitoringStore, 'monitors' | 'monitor' | 'setMonitor' | 'profile' | 'setProfile'>;

export const monitorsOver = (session: Session<MonitoringTables>): Monitors => ({
  monitors: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('monitors', ['string'], page);
      let query = db.selectFrom('monitors').selectAll();
      if (after !== null) query = query.where('endpoint', '>', after[0]);
      const rows = await query
        .orderBy('endpoint')
        .limit(limit + 1)
        .execute();
      return rowPageOf('monitors', rows, limit, ({ endpoint }) => [endpoint], MONITOR_ROWS.read);
    }),

  monitor: (endpoint) =>
    session.once(async (db) => {
      const query = db.selectFrom('monitors').selectAll().where('endpoint', '=', endpoint);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : MONITOR_ROWS.read(row);
    }),

  setMonitor: (row, expected) =>
    session.once(async (db) => {
      const { endpoint, generation, ...columns } = MONITOR_ROWS.write({ ...row, generation: expected + 1 });
      if (expected === 0) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('monitors')
          .values({ endpoint, generation, ...columns })
          .onConflict((conflict) => conflict.column('endpoint').doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      }
      const { numUpdatedRows } = await db
        .updateTable('monitors')
        .set({ generation, ...columns })
        .where('endpoint', '=', endpoint)
        .where('generation', '=', expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    }),

  profile: (model, version) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('profiles')
        .selectAll()
        .where('model', '=', model)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : PROFILE_ROWS.read(row);
    }),

  setProfile: (row) =>
    session.once(async (db) => {
      const { model, version, ...columns } = PROFILE_ROWS.write(row);
      await db
        .insertInto('profiles')
        .values({ model, version, ...columns })
        .onConflict((conflict) => conflict.columns(['model', 'version']).doUpdateSet(columns))
        .execute();
    }),
});
