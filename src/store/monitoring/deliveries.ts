/** Notices on their way to receivers. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from '../json.ts';
import { limitOf } from '../page.ts';
import type { Db, Session } from '../session.ts';
import type { DeliveryRow, MonitoringStore } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

type Deliveries = Pick<MonitoringStore, 'deliveries' | 'setDelivery' | 'lastDelivery'>;

const toDelivery = (row: Selectable<MonitoringSchema['deliveries']>): DeliveryRow => ({
  id: row.id,
  receiver: row.receiver,
  groupKey: row.group_key,
  body: decodeJson(row.body),
  state: row.state as DeliveryRow['state'],
  attempts: row.attempts,
  notBefore: row.not_before,
  error: row.error,
  createdAt: row.created_at,
  receipt: decodeJson(row.receipt),
});

export const deliveriesOver = (session: Session<MonitoringSchema>): Deliveries => ({
  deliveries: ({ state, dueAt, limit }) =>
    session.once(async (db) => {
      let query = db.selectFrom('deliveries').selectAll().where('state', '=', state);
      if (dueAt !== undefined) query = query.where('not_before', '<=', dueAt);
      const ordered = query.orderBy('not_before').orderBy('id').limit(limitOf({ limit }));
      return (await ordered.execute()).map(toDelivery);
    }),

  setDelivery: (row) => session.once((db) => putDelivery(db, row)),

  lastDelivery: (receiver, groupKey) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('receiver', '=', receiver)
        .where('group_key', '=', groupKey)
        .where('state', '=', 'sent')
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toDelivery(row);
    }),
});

/** Inserts a notice, or replaces the one of its id. */
export async function putDelivery(db: Db<MonitoringSchema>, row: DeliveryRow): Promise<void> {
  const columns = {
    receiver: row.receiver,
    group_key: row.groupKey,
    body: encodeJson(row.body),
    state: row.state,
    attempts: row.attempts,
    not_before: row.notBefore,
    error: row.error,
    created_at: row.createdAt,
    receipt: encodeJson(row.receipt),
  };
  await db
    .insertInto('deliveries')
    .values({ id: row.id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
}
