/** Answers that labels may come for, and what arrived. The only tables that grow with traffic: see `prune`. */
import { setImmediate as turn } from 'node:timers/promises';
import { inParts } from '../parts.ts';
import { ANSWER_ROWS, FEEDBACK_ROWS, type StoreTables } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { AnswerRow, Feedback, FeedbackRow } from '../store.ts';
import { selectLabelled } from './labelled.ts';
import { selectFirstAnswers, selectValues } from './outcomes.ts';

/** Rows a statement: few enough that a process which also answers requests does so within milliseconds. */
const ROWS = 250;
/** Rows removed, or read in order, at a time, for the same reason. */
const PRUNED = 1000;

/** Where a request carried no segment, its answer has none. */
function toAnswer(kept: StoreTables['answers']): AnswerRow {
  const { segment, ...row } = ANSWER_ROWS.read(kept);
  return segment === null ? row : { ...row, segment };
}

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
      return rows.map(FEEDBACK_ROWS.read);
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
      const young = rows.findIndex((row) => row.receivedAt > until);
      return rows
        .slice(0, young < 0 ? rows.length : young)
        .map((row) => ({ ...FEEDBACK_ROWS.read(row), id: row.id }));
    }),

  newest: (endpoint) =>
    session.once(async (db) => (await import('./newest-feedback.ts')).selectNewestFeedback(db, endpoint)),

  prune: async (before) =>
    (await removed(session, (db) => pruneAnswers(db, before))) +
    (await removed(session, (db) => pruneFeedback(db, before))),
});

const insertAnswers = (db: Db, rows: readonly AnswerRow[]): Promise<unknown> =>
  inParts(rows, ROWS, (part) =>
    db
      .insertInto('answers')
      .values(part.map((row) => ANSWER_ROWS.write({ ...row, segment: row.segment ?? null })))
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );

const insertFeedback = (db: Db, rows: readonly FeedbackRow[]): Promise<unknown> =>
  inParts(rows, ROWS, (part) =>
    db
      .insertInto('feedback')
      .values(part.map((row) => FEEDBACK_ROWS.write(row)))
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
        refTuple('rollout', 'requestId'),
        'in',
        selectFrom('answers')
          .select(['rollout', 'requestId'])
          .where('at', '<', before)
          .limit(PRUNED)
          .$asTuple('rollout', 'requestId'),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function pruneFeedback(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('feedback')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('feedback').select('id').where('receivedAt', '<', before).limit(PRUNED),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
