/** Runs, and who has them: every write of a run names the fence that its holder was given. */
import type { Updateable } from 'kysely';
import { keyOf, limitOf, rowPageOf } from '../page.ts';
import type { Revision } from '../revisions.ts';
import { readRows } from '../row-schema.ts';
import type { Db, Session } from '../session.ts';
import type { Ledger } from './ledger.ts';
import { type LedgerTables, RUN_LINE_ROWS, RUN_ROWS } from './rows.ts';
import { CLOSED, OPEN } from './run-state.ts';

type Runs = Pick<
  Ledger,
  | 'run'
  | 'runOf'
  | 'latest'
  | 'lastDone'
  | 'runs'
  | 'open'
  | 'revisions'
  | 'claim'
  | 'renew'
  | 'change'
  | 'release'
  | 'steer'
>;

/** The part of a ledger that is about runs and their holders. */
export const runsOver = (session: Session<LedgerTables>): Runs => ({
  ...readsOver(session),

  claim: (id, holder, now, millis, gone) =>
    session.once(async (db) => {
      const row = await db
        .updateTable('runs')
        .set((eb) => ({ holder, fence: eb('fence', '+', 1), leaseUntil: now + millis }))
        .where('id', '=', id)
        .where('state', 'not in', CLOSED)
        .where(({ eb, or }) =>
          or([
            eb('holder', 'is', null),
            eb('leaseUntil', '<=', now),
            ...(gone === undefined ? [] : [eb('holder', '=', gone)]),
          ]),
        )
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : RUN_ROWS.read(row);
    }),

  renew: (id, fence, now, millis) => updateHeld(session, id, fence, { leaseUntil: now + millis }),

  change: (id, fence, change) => updateHeld(session, id, fence, RUN_ROWS.change(change)),

  release: (id, fence, change) =>
    updateHeld(session, id, fence, { ...RUN_ROWS.change(change), holder: null, leaseUntil: 0 }),

  steer: (id, from, change) =>
    session.once(async (db) => {
      if (from.length === 0) return false;
      const { numUpdatedRows } = await db
        .updateTable('runs')
        // A column of its own, so that a change of nothing asks the same question.
        .set({ ...RUN_ROWS.change(change), leaseUntil: 0 })
        .where('id', '=', id)
        .where('holder', 'is', null)
        .where('state', 'in', from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    }),
});

const readsOver = (
  session: Session<LedgerTables>,
): Pick<Runs, 'run' | 'runOf' | 'latest' | 'lastDone' | 'runs' | 'open' | 'revisions'> => ({
  run: (id) =>
    session.once(async (db) => {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : RUN_ROWS.read(row);
    }),

  runOf: (job, due) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('job', '=', job)
        .where('due', '=', due)
        .executeTakeFirst();
      return row === undefined ? null : RUN_ROWS.read(row);
    }),

  latest: (job) =>
    session.once(async (db) => {
      const row = await newest(db, job).executeTakeFirst();
      return row === undefined ? null : RUN_ROWS.read(row);
    }),

  lastDone: (job, but) =>
    session.once(async (db) => {
      let query = newest(db, job).where('state', '=', 'done');
      if (but !== undefined) query = query.where('id', '<>', but);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : RUN_ROWS.read(row);
    }),

  runs: (job, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('runs', ['number'], page);
      let query = db.selectFrom('runs').select(RUN_LINE_ROWS.names).where('job', '=', job);
      if (after !== null) query = query.where('number', '<', after[0]);
      const rows = await query
        .orderBy('number', 'desc')
        .limit(limit + 1)
        .execute();
      return rowPageOf('runs', rows, limit, ({ number }) => [number], RUN_LINE_ROWS.read);
    }),

  open: () =>
    session.once(async (db) => {
      const query = db.selectFrom('runs').select(RUN_LINE_ROWS.names).where('state', 'in', OPEN);
      return readRows(await query.orderBy('createdAt').orderBy('id').execute(), RUN_LINE_ROWS.read);
    }),

  revisions: () =>
    session.once(async (db) => {
      const jobs = await db.selectFrom('jobs').select(['name', 'generation', 'paused']).execute();
      const runs = await db
        .selectFrom('runs')
        .select(['id', 'job', 'state', 'attempt', 'progress'])
        .where('state', 'in', OPEN)
        .execute();
      return [
        ...jobs.map(({ name, generation, paused }) => ofJob(name, `${generation} ${paused}`)),
        ...runs.map(({ job, id, state, attempt, progress }) =>
          ofJob(job, `${id} ${state} ${attempt} ${progress}`),
        ),
      ];
    }),
});

const ofJob = (name: string, revision: string): Revision => ({
  ...{ kind: 'job', name, endpoint: null, revision },
});

const newest = (db: Db<LedgerTables>, job: string) =>
  db.selectFrom('runs').selectAll().where('job', '=', job).orderBy('number', 'desc').limit(1);

/** Changes a run that is held under this fence; false where it is another's, or nobody's. */
const updateHeld = (
  session: Session<LedgerTables>,
  id: string,
  fence: number,
  set: Updateable<LedgerTables['runs']>,
): Promise<boolean> => session.once((db) => setHeld(db, id, fence, set));

/** Changes a run that is held under this fence, within a transaction; false where it is another's, or nobody's. */
export async function setHeld(
  db: Db<LedgerTables>,
  id: string,
  fence: number,
  set: Updateable<LedgerTables['runs']>,
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
