/** Orders to the owner of the rollouts from replicas that do not own them. */
import { encodeJson } from '../json.ts';
import type { Orders } from '../replicas.ts';
import { ORDER_ROWS } from '../rows.ts';
import type { Session } from '../session.ts';

export const ordersOver = (session: Session): Orders => ({
  insert: ({ id, kind, body, by, at }) =>
    session.once(async (db) => {
      const row = ORDER_ROWS.write({ id, kind, body, by, at, written: false, answer: null });
      await db.insertInto('orders').values(row).execute();
    }),

  get: (id) =>
    session.once(async (db) => {
      const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : ORDER_ROWS.read(row);
    }),

  open: (limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('orders')
        .selectAll()
        .where('answer', 'is', null)
        .orderBy('at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(ORDER_ROWS.read);
    }),

  write: (id) =>
    session.once(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('orders')
        .set({ written: 1 })
        .where('id', '=', id)
        .where('written', '=', 0)
        .where('answer', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    }),

  answer: (id, answer) =>
    session.once(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('orders')
        .set({ answer: encodeJson(answer) })
        .where('id', '=', id)
        .where('answer', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    }),

  withdraw: (id) =>
    session.once(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('orders')
        .where('id', '=', id)
        .where('written', '=', 0)
        .where('answer', 'is', null)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    }),

  prune: (before) =>
    session.once(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('orders')
        .where('at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    }),
});
