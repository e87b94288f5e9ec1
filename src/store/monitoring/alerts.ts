/** Alerts as they are, and what happened to them. */
import { keyOf, limitOf, pageOf } from '../page.ts';
import type { Session } from '../session.ts';
import { holds } from './claims.ts';
import { putDelivery } from './deliveries.ts';
import { keepMemories } from './memories.ts';
import type { MonitoringStore } from './monitoring.ts';
import { ALERT_EVENT_ROWS, ALERT_ROWS, type MonitoringTables, NEW_ALERT_EVENT_ROWS } from './rows.ts';

type Alerts = Pick<MonitoringStore, 'alerts' | 'alert' | 'alerted' | 'alertEvents'>;

export const alertsOver = (session: Session<MonitoringTables>): Alerts => ({
  alerts: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('alerts', ['string'], page);
      if (page?.states?.length === 0) return { items: [], next: null };
      let query = db.selectFrom('alerts').selectAll();
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
        (row) => ALERT_ROWS.read(row).body,
      );
    }),

  alert: (fingerprint) =>
    session.once(async (db) => {
      const query = db.selectFrom('alerts').selectAll().where('fingerprint', '=', fingerprint);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : ALERT_ROWS.read(row).body;
    }),

  alerted: ({ alerts, events, deliveries, memories }, fence) =>
    session.atomically(async (db) => {
      if (!(await holds(db, fence))) return false;
      for (const { row: body, ...alert } of alerts) {
        const { fingerprint, ...columns } = ALERT_ROWS.write({ ...alert, body });
        await db
          .insertInto('alerts')
          .values({ fingerprint, ...columns })
          .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(columns))
          .execute();
      }
      for (const event of events)
        await db.insertInto('alertEvents').values(NEW_ALERT_EVENT_ROWS.write(event)).execute();
      for (const delivery of deliveries) await putDelivery(db, delivery);
      await keepMemories(db, memories ?? []);
      return true;
    }),

  alertEvents: (fingerprint, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const isNewest = page?.order === 'newest';
      // A cursor of one order says nothing in the other.
      const name = isNewest ? 'alert-events-newest' : 'alert-events';
      const after = keyOf(name, ['number'], page);
      let query = db.selectFrom('alertEvents').selectAll().where('fingerprint', '=', fingerprint);
      if (after !== null) query = query.where('id', isNewest ? '<' : '>', after[0]);
      const rows = await query
        .orderBy('id', isNewest ? 'desc' : 'asc')
        .limit(limit + 1)
        .execute();
      return pageOf(name, rows, limit, ({ id }) => [id], ALERT_EVENT_ROWS.read);
    }),
});
