/** Notices on their way to receivers. */
import { limitOf } from '../page.ts';
import type { Db, Session } from '../session.ts';
import type { DeliveryRow, MonitoringStore } from './monitoring.ts';
import { DELIVERY_ROWS, type MonitoringTables } from './rows.ts';

type Deliveries = Pick<MonitoringStore, 'deliveries' | 'setDelivery' | 'lastDelivery'>;

export const deliveriesOver = (session: Session<MonitoringTables>): Deliveries => ({
  deliveries: ({ state, dueAt, limit }) =>
    session.once(async (db) => {
      let query = db.selectFrom('deliveries').selectAll().where('state', '=', state);
      if (dueAt !== undefined) query = query.where('notBefore', '<=', dueAt);
      const ordered = query.orderBy('notBefore').orderBy('id').limit(limitOf({ limit }));
      return (await ordered.execute()).map(DELIVERY_ROWS.read);
    }),

  setDelivery: (row) => session.once((db) => putDelivery(db, row)),

  lastDelivery: (receiver, groupKey) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('receiver', '=', receiver)
        .where('groupKey', '=', groupKey)
        .where('state', '=', 'sent')
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : DELIVERY_ROWS.read(row);
    }),
});

/** Inserts a notice, or replaces the one of its id. */
export async function putDelivery(db: Db<MonitoringTables>, row: DeliveryRow): Promise<void> {
  const { id, ...columns } = DELIVERY_ROWS.write(row);
  await db
    .insertInto('deliveries')
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
}
