/** The log of a rollout: events that were decided upon, actions that followed. What was decided is never changed. */
import { PlimsollError } from '../../core/errors.ts';
import { limitOf } from '../page.ts';
import { ROLLOUT_ACTION_ROWS, ROLLOUT_EVENT_ROWS } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { ActionRow, RolloutEventRow, Rollouts } from '../store.ts';

type RolloutLog = Pick<
  Rollouts,
  'append' | 'events' | 'appendAction' | 'applied' | 'actions' | 'lastReasons' | 'forgetUnits'
>;

export const rolloutLogOver = (session: Session): RolloutLog => ({
  append: (event) => session.atomically((db) => append(db, event)),

  events: (rollout, from, limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('rolloutEvents')
        .selectAll()
        .where('rollout', '=', rollout)
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limitOf({ limit }))
        .execute();
      return rows.map(ROLLOUT_EVENT_ROWS.read);
    }),

  appendAction: (action) => session.atomically((db) => appendAction(db, action)),

  applied: (id, at) =>
    session.once(async (db) => {
      await db
        .updateTable('rolloutActions')
        .set({ appliedAt: at })
        .where('id', '=', id)
        .where('appliedAt', 'is', null)
        .execute();
    }),

  actions: (rollout, only) =>
    session.once(async (db) => {
      let query = db.selectFrom('rolloutActions').selectAll().where('rollout', '=', rollout);
      if (only === 'unapplied') query = query.where('appliedAt', 'is', null);
      const rows = await query.orderBy('position').execute();
      return rows.map(ROLLOUT_ACTION_ROWS.read);
    }),

  lastReasons: (rollouts) =>
    session.once(async (db) => {
      if (rollouts.length === 0) return new Map();
      const rows = await db
        .selectFrom('rolloutActions as action')
        .innerJoin(
          ({ selectFrom }) =>
            selectFrom('rolloutActions')
              .select(['rollout', ({ fn }) => fn.max('position').as('position')])
              .where('rollout', 'in', rollouts)
              .groupBy('rollout')
              .as('last'),
          (join) =>
            join.onRef('last.rollout', '=', 'action.rollout').onRef('last.position', '=', 'action.position'),
        )
        .select(['action.rollout', 'action.reason'])
        .execute();
      return new Map(rows.map(({ rollout, reason }) => [rollout, reason]));
    }),

  forgetUnits: (before) =>
    session.once(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('rolloutEvents')
        .set({ units: null })
        .where('units', 'is not', null)
        .where('rollout', 'in', ({ selectFrom }) =>
          selectFrom('rollouts').select('id').where('endedAt', '<', before),
        )
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    }),
});

async function append(db: Db, event: RolloutEventRow): Promise<boolean> {
  const { next } = await db
    .selectFrom('rolloutEvents')
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
  await db.insertInto('rolloutEvents').values(ROLLOUT_EVENT_ROWS.write(event)).execute();
  return true;
}

async function appendAction(db: Db, action: ActionRow): Promise<void> {
  const { last } = await db
    .selectFrom('rolloutActions')
    .select(({ fn }) => fn.max('position').as('last'))
    .where('rollout', '=', action.rollout)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('rolloutActions')
    .values({ ...ROLLOUT_ACTION_ROWS.write(action), position: (last ?? -1) + 1 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
