/** Orders to the owner of the rollouts from replicas that do not own them. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from './json.ts';
import type { OrderRow, Orders } from './replicas.ts';
import type { Schema } from './schema.ts';
import type { Session } from './session.ts';

const COLUMNS = ['id', 'kind', 'body', 'by', 'at', 'written', 'answer'] as const;

const read = ({ body, written, answer, ...row }: Selectable<Schema['orders']>): OrderRow => ({
  ...row,
  body: decodeJson(body),
  isWritten: written === 1,
  answer: answer === null ? null : decodeJson(answer),
});

export const ordersOver = (session: Session): Orders => ({
  insert: ({ id, kind, body, by, at }) =>
    session.once(async (db) => {
      await db
        .insertInto('orders')
        .values({ id, kind, body: encodeJson(body), by, at, written: 0, answer: null })
        .execute();
    }),

  get: (id) =>
    session.once(async (db) => {
      const row = await db.selectFrom('orders').select(COLUMNS).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : read(row);
    }),

  open: (limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('orders')
        .select(COLUMNS)
        .where('answer', 'is', null)
        .orderBy('at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(read);
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
