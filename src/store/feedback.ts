/** Answers that labels may come for, and what arrived. The only tables that grow with traffic: see `prune`. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { selectLabelled } from './labelled.ts';
import { selectFirstAnswers, selectValues } from './outcomes.ts';
import { inParts } from './parts.ts';
import type { Schema } from './schema.ts';
import type { Db, Session } from './session.ts';
import type { AnswerRow, Feedback, FeedbackRow } from './store.ts';

/** Rows a statement: few enough that a process which also answers requests does so within milliseconds. */
const ROWS = 250;
/** Rows removed, or read in order, at a time, for the same reason. */
const PRUNED = 1000;

const toAnswer = (row: Selectable<Schema['answers']>): AnswerRow => ({
  rollout: row.rollout,
  requestId: row.request_id,
  unit: row.unit,
  arm: row.arm,
  window: row.window,
  at: row.at,
  answer: row.answer,
  ...(row.segment === null ? {} : { segment: row.segment }),
});

const toFeedback = (row: Selectable<Schema['feedback']>): FeedbackRow => ({
  endpoint: row.endpoint,
  requestId: row.request_id,
  unit: row.unit,
  metric: row.metric,
  value: row.value,
  at: row.at,
  receivedAt: row.received_at,
});

export const feedbackOver = (session: Session): Feedback => ({
  insertAnswers: async (rows) => {
    if (rows.length > 0) await session.atomically((db) => insertAnswers(db, rows));
  },
  insert: async (rows) => {
    if (rows.length > 0) await session.atomically((db) => insertFeedback(db, rows));
  },

  labelled: (rollout, from, to) =>
    session.once(async (db) => {
      const rows = await selectLabelled(db, rollout, from, to);
      return rows.map((row) => ({ ...toAnswer(row), label: row.label }));
    }),

  firstAnswers: (rollout, from, to) =>
    session.once(async (db) => (await selectFirstAnswers(db, rollout, from, to)).map(toAnswer)),

  valuesOf: (answers, ...asked) =>
    answers.length === 0 ? Promise.resolve([]) : session.once((db) => selectValues(db, answers, asked)),

  values: (endpoint, metric, from, to) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('feedback')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('metric', '=', metric)
        .where('at', '>=', from)
        .where('at', '<', to)
        .orderBy('id')
        .execute();
      return rows.map(toFeedback);
    }),

  after: (id, until, limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('feedback')
        .selectAll()
        .where('id', '>', id)
        .orderBy('id')
        .limit(Math.min(limit, PRUNED))
        .execute();
      const young = rows.findIndex((row) => row.received_at > until);
      return rows
        .slice(0, young < 0 ? rows.length : young)
        .map((row) => ({ ...toFeedback(row), id: row.id }));
    }),

  prune: async (before) =>
    (await removed(session, (db) => pruneAnswers(db, before))) +
    (await removed(session, (db) => pruneFeedback(db, before))),
});

const insertAnswers = (db: Db, rows: readonly AnswerRow[]): Promise<unknown> =>
  inParts(rows, ROWS, (part) =>
    db
      .insertInto('answers')
      .values(
        part.map((row) => ({
          rollout: row.rollout,
          request_id: row.requestId,
          unit: row.unit,
          arm: row.arm,
          window: row.window,
          at: row.at,
          answer: row.answer,
          segment: row.segment ?? null,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );

const insertFeedback = (db: Db, rows: readonly FeedbackRow[]): Promise<unknown> =>
  inParts(rows, ROWS, (part) =>
    db
      .insertInto('feedback')
      .values(
        part.map((row) => ({
          endpoint: row.endpoint,
          request_id: row.requestId,
          unit: row.unit,
          metric: row.metric,
          value: row.value,
          at: row.at,
          received_at: row.receivedAt,
        })),
      )
      .execute(),
  );

/** Removes part after part; the sum of them. */
async function removed(session: Session, prune: (db: Db) => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const part = await session.once(prune);
    sum += part;
    if (part < PRUNED) return sum;
    await turn();
  }
}

async function pruneAnswers(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('answers')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('rollout', 'request_id'),
        'in',
        selectFrom('answers')
          .select(['rollout', 'request_id'])
          .where('at', '<', before)
          .limit(PRUNED)
          .$asTuple('rollout', 'request_id'),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function pruneFeedback(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('feedback')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('feedback').select('id').where('received_at', '<', before).limit(PRUNED),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
