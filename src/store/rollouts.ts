/** Rollouts. What happened in them is in `rollout-log.ts`. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from './json.ts';
import { keyOf, limitOf, pageOf } from './page.ts';
import { rolloutLogOver } from './rollout-log.ts';
import type { Schema } from './schema.ts';
import type { Session } from './session.ts';
import type { RolloutRow, Rollouts, Strategy } from './store.ts';

const toRollout = (row: Selectable<Schema['rollouts']>): RolloutRow => ({
  id: row.id,
  endpoint: row.endpoint,
  strategy: row.strategy as Strategy,
  candidate: row.candidate,
  stable: row.stable,
  binding: { candidate: row.candidate_digest, stable: row.stable_digest, policyHash: row.policy_hash },
  policy: decodeJson(row.policy),
  seed: row.seed,
  reason: row.reason,
  by: row.by,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  state: row.state,
  rolledBackAutomatically: row.rolled_back_automatically === 1,
});

const fromRollout = (row: RolloutRow): Schema['rollouts'] => ({
  id: row.id,
  endpoint: row.endpoint,
  strategy: row.strategy,
  candidate: row.candidate,
  stable: row.stable,
  candidate_digest: row.binding.candidate,
  stable_digest: row.binding.stable,
  policy_hash: row.binding.policyHash,
  policy: encodeJson(row.policy),
  seed: row.seed,
  reason: row.reason,
  by: row.by,
  started_at: row.startedAt,
  ended_at: row.endedAt,
  state: row.state,
  rolled_back_automatically: Number(row.rolledBackAutomatically),
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

  update: (id, { state, endedAt, rolledBackAutomatically }) =>
    session.once(async (db) => {
      const set = {
        state,
        ended_at: endedAt,
        rolled_back_automatically:
          rolledBackAutomatically === undefined ? undefined : Number(rolledBackAutomatically),
      };
      if (Object.values(set).every((value) => value === undefined)) return;
      await db.updateTable('rollouts').set(set).where('id', '=', id).execute();
    }),

  running: () =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('rollouts')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('started_at')
        .orderBy('id')
        .execute();
      return rows.map(toRollout);
    }),

  list: (endpoint, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('rollouts', ['number', 'string'], page);
      let query = db.selectFrom('rollouts').selectAll().where('endpoint', '=', endpoint);
      if (after !== null) {
        const [startedAt, id] = after;
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('started_at', 'id'), '<', tuple(startedAt, id)),
        );
      }
      const rows = await query
        .orderBy('started_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf('rollouts', rows, limit, (row) => [row.started_at, row.id], toRollout);
    }),

  wasRolledBack: (endpoint, digest) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('rollouts')
        .select('id')
        .where('endpoint', '=', endpoint)
        .where('candidate_digest', '=', digest)
        .where('rolled_back_automatically', '=', 1)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    }),
});
