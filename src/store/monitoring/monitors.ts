/** What people have set for endpoints, and the profiles of reference data. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from '../json.ts';
import { keyOf, limitOf, pageOf } from '../page.ts';
import type { Session } from '../session.ts';
import type { MonitoringStore, MonitorRow } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

type Monitors = Pick<MonitoringStore, 'monitors' | 'monitor' | 'setMonitor' | 'profile' | 'setProfile'>;

const toMonitor = (row: Selectable<MonitoringSchema['monitors']>): MonitorRow => ({
  endpoint: row.endpoint,
  policy: decodeJson(row.policy),
  generation: row.generation,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
});

export const monitorsOver = (session: Session<MonitoringSchema>): Monitors => ({
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
      return pageOf('monitors', rows, limit, ({ endpoint }) => [endpoint], toMonitor);
    }),

  monitor: (endpoint) =>
    session.once(async (db) => {
      const query = db.selectFrom('monitors').selectAll().where('endpoint', '=', endpoint);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : toMonitor(row);
    }),

  setMonitor: ({ endpoint, policy, changedAt, changedBy }, expected) =>
    session.once(async (db) => {
      const columns = { policy: encodeJson(policy), changed_at: changedAt, changed_by: changedBy };
      if (expected === 0) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('monitors')
          .values({ endpoint, generation: 1, ...columns })
          .onConflict((conflict) => conflict.column('endpoint').doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      }
      const { numUpdatedRows } = await db
        .updateTable('monitors')
        .set({ generation: expected + 1, ...columns })
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
      if (row === undefined) return null;
      return { model, version, profile: decodeJson(row.profile), createdAt: row.created_at };
    }),

  setProfile: ({ model, version, profile, createdAt }) =>
    session.once(async (db) => {
      const columns = { profile: encodeJson(profile), created_at: createdAt };
      await db
        .insertInto('profiles')
        .values({ model, version, ...columns })
        .onConflict((conflict) => conflict.columns(['model', 'version']).doUpdateSet(columns))
        .execute();
    }),
});
