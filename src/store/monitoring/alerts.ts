/** Alerts as they are, and what happened to them. */
import { decodeJson, encodeJson } from '../json.ts';
import { keyOf, limitOf, pageOf } from '../page.ts';
import type { Session } from '../session.ts';
import { holds } from './claims.ts';
import { putDelivery } from './deliveries.ts';
import { keepMemories } from './memories.ts';
import type { MonitoringStore } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

type Alerts = Pick<MonitoringStore, 'alerts' | 'alert' | 'alerted' | 'alertEvents'>;

export const alertsOver = (session: Session<MonitoringSchema>): Alerts => ({
  alerts: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('alerts', ['string'], page);
      if (page?.states?.length === 0) return { items: [], next: null };
      let query = db.selectFrom('alerts').select(['fingerprint', 'body']);
      if (after !== null) query = query.where('fingerprint', '>', after[0]);
      if (page?.endpoint !== undefined) query = query.where('endpoint', '=', page.endpoint);
      if (page?.states !== undefined) query = query.where('state', 'in', page.states);
      const rows = await query
        .orderBy('fingerprint')
        .limit(limit + 1)
        .execute();
      return pageOf(
        'alerts',
        rows,
        limit,
        ({ fingerprint }) => [fingerprint],
        ({ body }) => decodeJson(body),
      );
    }),

  alert: (fingerprint) =>
    session.once(async (db) => {
      const query = db.selectFrom('alerts').select('body').where('fingerprint', '=', fingerprint);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : decodeJson(row.body);
    }),

  alerted: ({ alerts, events, deliveries, memories }, fence) =>
    session.atomically(async (db) => {
      if (!(await holds(db, fence))) return false;
      for (const { fingerprint, endpoint, state, row } of alerts) {
        const columns = { endpoint, state, body: encodeJson(row) };
        await db
          .insertInto('alerts')
          .values({ fingerprint, ...columns })
          .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(columns))
          .execute();
      }
      for (const { fingerprint, at, what, body } of events) {
        const row = { fingerprint, at, what, body: encodeJson(body) };
        await db.insertInto('alert_events').values(row).execute();
      }
      for (const delivery of deliveries) await putDelivery(db, delivery);
      await keepMemories(db, memories ?? []);
      return true;
    }),

  alertEvents: (fingerprint, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('alert-events', ['number'], page);
      let query = db.selectFrom('alert_events').selectAll().where('fingerprint', '=', fingerprint);
      if (after !== null) query = query.where('id', '>', after[0]);
      const rows = await query
        .orderBy('id')
        .limit(limit + 1)
        .execute();
      const item = (row: (typeof rows)[number]) => ({ ...row, body: decodeJson(row.body) });
      return pageOf('alert-events', rows, limit, ({ id }) => [id], item);
    }),
});
