/** The log of a rollout: events that were decided upon, actions that followed. What was decided is never changed. */
import type { Selectable } from 'kysely';
import { PlimsollError } from '../core/errors.ts';
import { decodeJson, encodeJson } from './json.ts';
import { limitOf } from './page.ts';
import type { Schema } from './schema.ts';
import type { Db, Session } from './session.ts';
import type { ActionRow, RolloutEventRow, Rollouts } from './store.ts';

const toEvent = (row: Selectable<Schema['rollout_events']>): RolloutEventRow => ({
  rollout: row.rollout,
  seq: row.seq,
  at: row.at,
  kind: row.kind as RolloutEventRow['kind'],
  body: decodeJson(row.body),
  // Drivers hand out views of their own buffers: a copy lets those go.
  units: row.units === null ? null : new Uint8Array(row.units),
});

const toAction = (row: Selectable<Schema['rollout_actions']>): ActionRow => ({
  id: row.id,
  rollout: row.rollout,
  seq: row.seq,
  body: decodeJson(row.body),
  generation: row.generation,
  verdict: row.verdict,
  reason: row.reason,
  fence: row.fence,
  decidedAt: row.decided_at,
  appliedAt: row.applied_at,
});

type RolloutLog = Pick<
  Rollouts,
  'append' | 'events' | 'appendAction' | 'applied' | 'actions' | 'forgetUnits'
>;

export const rolloutLogOver = (session: Session): RolloutLog => ({
  append: (event) => session.atomically((db) => append(db, event)),

  events: (rollout, from, limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('rollout_events')
        .selectAll()
        .where('rollout', '=', rollout)
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limitOf({ limit }))
        .execute();
      return rows.map(toEvent);
    }),

  appendAction: (action) => session.atomically((db) => appendAction(db, action)),

  applied: (id, at) =>
    session.once(async (db) => {
      await db
        .updateTable('rollout_actions')
        .set({ applied_at: at })
        .where('id', '=', id)
        .where('applied_at', 'is', null)
        .execute();
    }),

  actions: (rollout, only) =>
    session.once(async (db) => {
      let query = db.selectFrom('rollout_actions').selectAll().where('rollout', '=', rollout);
      if (only === 'unapplied') query = query.where('applied_at', 'is', null);
      const rows = await query.orderBy('position').execute();
      return rows.map(toAction);
    }),

  forgetUnits: (before) =>
    session.once(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('rollout_events')
        .set({ units: null })
        .where('units', 'is not', null)
        .where('rollout', 'in', ({ selectFrom }) =>
          selectFrom('rollouts').select('id').where('ended_at', '<', before),
        )
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    }),
});

async function append(db: Db, event: RolloutEventRow): Promise<boolean> {
  const { next } = await db
    .selectFrom('rollout_events')
    .select(({ fn }) => fn.max('seq').as('next'))
    .where('rollout', '=', event.rollout)
    .executeTakeFirstOrThrow();
  const free = (next ?? -1) + 1;
  if (event.seq < free) return false;
  if (event.seq > free) {
    throw new PlimsollError('INTERNAL', {
      action: 'the log of a rollout',
      reason: `event ${event.seq} of ${event.rollout} would leave a gap, wanted ${free}`,
    });
  }
  await db
    .insertInto('rollout_events')
    .values({ ...event, body: encodeJson(event.body) })
    .execute();
  return true;
}

async function appendAction(db: Db, action: ActionRow): Promise<void> {
  const { last } = await db
    .selectFrom('rollout_actions')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('rollout', '=', action.rollout)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('rollout_actions')
    .values({
      id: action.id,
      rollout: action.rollout,
      seq: action.seq,
      body: encodeJson(action.body),
      generation: action.generation,
      verdict: action.verdict,
      reason: action.reason,
      fence: action.fence,
      decided_at: action.decidedAt,
      applied_at: action.appliedAt,
      position: (last ?? -1) + 1,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
