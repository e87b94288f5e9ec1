/** Rollouts. What happened in them is in `rollout-log.ts`. */
import { keyOf, limitOf, rowPageOf } from '../page.ts';
import { readRows } from '../row-schema.ts';
import { ROLLOUT_ROWS, type StoreTables } from '../rows.ts';
import type { Session } from '../session.ts';
import type { PageRequest, RolloutFilter, RolloutRow, Rollouts, RowPage } from '../store.ts';
import { rolloutLogOver } from './rollout-log.ts';

/** Digests of both versions and of the policy are told together. */
function toRollout(kept: StoreTables['rollouts']): RolloutRow {
  const { candidateDigest, stableDigest, policyHash, ...row } = ROLLOUT_ROWS.read(kept);
  return { ...row, binding: { candidate: candidateDigest, stable: stableDigest, policyHash } };
}

const fromRollout = ({ binding, ...row }: RolloutRow): StoreTables['rollouts'] =>
  ROLLOUT_ROWS.write({
    ...row,
    candidateDigest: binding.candidate,
    stableDigest: binding.stable,
    policyHash: binding.policyHash,
  });

export const rolloutsOver = (session: Session): Rollouts => ({
  ...rolloutLogOver(session),

  insert: (row) =>
    session.once(async (db) => {
      const { numInsertedOrUpdatedRows: inserted } = await db
        .insertInto('rollouts')
        .values(fromRollout(row))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return inserted === 1n;
    }),

  get: (id) =>
    session.once(async (db) => {
      const row = await db.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRollout(row);
    }),

  update: (id, change) =>
    session.once(async (db) => {
      const set = ROLLOUT_ROWS.change(change);
      if (Object.keys(set).length === 0) return;
      await db.updateTable('rollouts').set(set).where('id', '=', id).execute();
    }),

  running: () =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('rollouts')
        .selectAll()
        .where('endedAt', 'is', null)
        .orderBy('startedAt')
        .orderBy('id')
        .execute();
      return readRows(rows, toRollout);
    }),

  list: (endpoint, page) => listed(session, { endpoint }, page),

  listAll: (only, page) => listed(session, only, page),

  wasRolledBack: (endpoint, digest) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('rollouts')
        .select('id')
        .where('endpoint', '=', endpoint)
        .where('candidateDigest', '=', digest)
        .where('rolledBackAutomatically', '=', 1)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    }),
});

const listed = (
  session: Session,
  { endpoint, strategy, state, isOver }: RolloutFilter,
  page: PageRequest | undefined,
): Promise<RowPage<RolloutRow>> =>
  session.once(async (db) => {
    const limit = limitOf(page);
    const after = keyOf('rollouts', ['number', 'string'], page);
    let query = db.selectFrom('rollouts').selectAll();
    if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
    if (strategy !== undefined) query = query.where('strategy', '=', strategy);
    if (state !== undefined) query = query.where('state', '=', state);
    if (isOver !== undefined) query = query.where('endedAt', isOver ? 'is not' : 'is', null);
    if (after !== null) {
      const [startedAt, id] = after;
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('startedAt', 'id'), '<', tuple(startedAt, id)),
      );
    }
    const rows = await query
      .orderBy('startedAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return rowPageOf('rollouts', rows, limit, (row) => [row.startedAt, row.id], toRollout);
  });
