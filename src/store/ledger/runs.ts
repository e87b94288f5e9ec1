/** Runs, and who has them: every write of a run names the fence that its holder was given. */
import type { Selectable, Updateable } from 'kysely';
import { decodeJson, encodeJson } from '../json.ts';
import { keyOf, limitOf, pageOf } from '../page.ts';
import type { Db, Session } from '../session.ts';
import type { Ledger, RunChange, RunLine, RunRow } from './ledger.ts';
import { type Cause, CLOSED, OPEN, type RunState } from './run-state.ts';
import type { LedgerSchema } from './schema.ts';

type Runs = Pick<
  Ledger,
  | 'run'
  | 'runOf'
  | 'latest'
  | 'lastDone'
  | 'runs'
  | 'open'
  | 'claim'
  | 'renew'
  | 'change'
  | 'release'
  | 'steer'
>;
type RunColumns = Selectable<LedgerSchema['runs']>;

/** What a list gives of a run: all but what grows with its input. */
const LINE = [
  'id',
  'job',
  'number',
  'cause',
  'due',
  'spec',
  'state',
  'attempt',
  'created_at',
  'started_at',
  'ended_at',
  'not_before',
  'holder',
  'fence',
  'lease_until',
  'fingerprint',
  'receipt',
  'error',
  'progress',
] as const satisfies readonly (keyof RunColumns)[];

const toLine = (row: Pick<RunColumns, (typeof LINE)[number]>): RunLine => ({
  id: row.id,
  job: row.job,
  number: row.number,
  cause: row.cause as Cause,
  due: row.due,
  spec: decodeJson(row.spec),
  state: row.state as RunState,
  attempt: row.attempt,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  notBefore: row.not_before,
  holder: row.holder,
  fence: row.fence,
  leaseUntil: row.lease_until,
  fingerprint: row.fingerprint,
  receipt: decodeJson(row.receipt),
  error: decodeJson(row.error),
  progress: decodeJson(row.progress),
});

/** A row of the table as a run. */
export const toRun = (row: RunColumns): RunRow => ({
  ...toLine(row),
  facts: decodeJson(row.facts),
  plan: decodeJson(row.plan),
});

/** The part of a ledger that is about runs and their holders. */
export const runsOver = (session: Session<LedgerSchema>): Runs => ({
  ...readsOver(session),

  claim: (id, holder, now, millis, gone) =>
    session.once(async (db) => {
      const row = await db
        .updateTable('runs')
        .set((eb) => ({ holder, fence: eb('fence', '+', 1), lease_until: now + millis }))
        .where('id', '=', id)
        .where('state', 'not in', CLOSED)
        .where(({ eb, or }) =>
          or([
            eb('holder', 'is', null),
            eb('lease_until', '<=', now),
            ...(gone === undefined ? [] : [eb('holder', '=', gone)]),
          ]),
        )
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toRun(row);
    }),

  renew: (id, fence, now, millis) => updateHeld(session, id, fence, { lease_until: now + millis }),

  change: (id, fence, change) => updateHeld(session, id, fence, columnsOf(change)),

  release: (id, fence, change) =>
    updateHeld(session, id, fence, { ...columnsOf(change), holder: null, lease_until: 0 }),

  steer: (id, from, change) =>
    session.once(async (db) => {
      if (from.length === 0) return false;
      const { numUpdatedRows } = await db
        .updateTable('runs')
        // A column of its own, so that a change of nothing asks the same question.
        .set({ ...columnsOf(change), lease_until: 0 })
        .where('id', '=', id)
        .where('holder', 'is', null)
        .where('state', 'in', from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    }),
});

const readsOver = (
  session: Session<LedgerSchema>,
): Pick<Runs, 'run' | 'runOf' | 'latest' | 'lastDone' | 'runs' | 'open'> => ({
  run: (id) =>
    session.once(async (db) => {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRun(row);
    }),

  runOf: (job, due) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('job', '=', job)
        .where('due', '=', due)
        .executeTakeFirst();
      return row === undefined ? null : toRun(row);
    }),

  latest: (job) =>
    session.once(async (db) => {
      const row = await newest(db, job).executeTakeFirst();
      return row === undefined ? null : toRun(row);
    }),

  lastDone: (job, but) =>
    session.once(async (db) => {
      let query = newest(db, job).where('state', '=', 'done');
      if (but !== undefined) query = query.where('id', '<>', but);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : toRun(row);
    }),

  runs: (job, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('runs', ['number'], page);
      let query = db.selectFrom('runs').select(LINE).where('job', '=', job);
      if (after !== null) query = query.where('number', '<', after[0]);
      const rows = await query
        .orderBy('number', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf('runs', rows, limit, ({ number }) => [number], toLine);
    }),

  open: () =>
    session.once(async (db) => {
      const query = db.selectFrom('runs').select(LINE).where('state', 'in', OPEN);
      return (await query.orderBy('created_at').orderBy('id').execute()).map(toLine);
    }),
});

const newest = (db: Db<LedgerSchema>, job: string) =>
  db.selectFrom('runs').selectAll().where('job', '=', job).orderBy('number', 'desc').limit(1);

/** Changes a run that is held under this fence; false where it is another's, or nobody's. */
const updateHeld = (
  session: Session<LedgerSchema>,
  id: string,
  fence: number,
  set: Updateable<LedgerSchema['runs']>,
): Promise<boolean> => session.once((db) => setHeld(db, id, fence, set));

/** Changes a run that is held under this fence, within a transaction; false where it is another's, or nobody's. */
export async function setHeld(
  db: Db<LedgerSchema>,
  id: string,
  fence: number,
  set: Updateable<LedgerSchema['runs']>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('runs')
    .set({ ...set, fence })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('holder', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

const columnsOf = ({ facts, plan, receipt, error, progress, ...change }: RunChange) => ({
  state: change.state,
  attempt: change.attempt,
  started_at: change.startedAt,
  ended_at: change.endedAt,
  not_before: change.notBefore,
  fingerprint: change.fingerprint,
  ...encoded({ facts, plan, receipt, error, progress }),
});

/** Those that are given, null included, as JSON. */
const encoded = <K extends string>(values: Readonly<Record<K, unknown>>): { [key in K]?: string } =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, encodeJson(value)]])),
  ) as { [key in K]?: string };
