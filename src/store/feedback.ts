/** Answers that labels may come for, and what arrived. The only tables that grow with traffic: see `prune`. */
import type { Selectable } from 'kysely';
import { labelOf, selectFirstAnswers, selectValues } from './outcomes.ts';
import type { Schema } from './schema.ts';
import type { Db, Session } from './session.ts';
import type { AnswerRow, Feedback, FeedbackRow } from './store.ts';

/** Rows a statement: SQLite takes 32,766 parameters, PostgreSQL 65,535. */
const ROWS = 1000;
/** Rows removed at a time, so that nobody waits long. */
const PRUNED = 5000;

const toAnswer = (row: Selectable<Schema['answers']>): AnswerRow => ({
  rollout: row.rollout,
  requestId: row.request_id,
  unit: row.unit,
  arm: row.arm,
  window: row.window,
  at: row.at,
  answer: row.answer,
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
  insertAnswers: (rows) =>
    rows.length === 0 ? Promise.resolve() : session.atomically((db) => insertAnswers(db, rows)),
  insert: (rows) =>
    rows.length === 0 ? Promise.resolve() : session.atomically((db) => insertFeedback(db, rows)),

  labelled: (rollout, from, to) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('answers')
        .selectAll('answers')
        .select(labelOf(rollout).as('label'))
        .where('answers.rollout', '=', rollout)
        .where('answers.window', '>=', from)
        .where('answers.window', '<', to)
        .orderBy('answers.window')
        .orderBy('answers.request_id')
        .execute();
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

  prune: async (before) => {
    let removed = 0;
    for (const prunePart of [pruneAnswers, pruneFeedback]) {
      let part: number;
      do {
        part = await session.once((db) => prunePart(db, before));
        removed += part;
      } while (part === PRUNED);
    }
    return removed;
  },
});

async function insertAnswers(db: Db, rows: readonly AnswerRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS) {
    await db
      .insertInto('answers')
      .values(
        rows.slice(i, i + ROWS).map((row) => ({
          rollout: row.rollout,
          request_id: row.requestId,
          unit: row.unit,
          arm: row.arm,
          window: row.window,
          at: row.at,
          answer: row.answer,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function insertFeedback(db: Db, rows: readonly FeedbackRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS) {
    await db
      .insertInto('feedback')
      .values(
        rows.slice(i, i + ROWS).map((row) => ({
          endpoint: row.endpoint,
          request_id: row.requestId,
          unit: row.unit,
          metric: row.metric,
          value: row.value,
          at: row.at,
          received_at: row.receivedAt,
        })),
      )
      .execute();
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
