/** Definitions of jobs, and the runs that begin of them. */
import { encodeJson } from '../json.ts';
import { keyOf, limitOf, rowPageOf } from '../page.ts';
import type { Db, Session } from '../session.ts';
import type { JobRow, Ledger, NewRun, RunRow } from './ledger.ts';
import { JOB_ROWS, type LedgerTables, RUN_ROWS } from './rows.ts';

type Jobs = Pick<Ledger, 'begin' | 'define' | 'job' | 'jobs' | 'pause' | 'remember'>;

/** The part of a ledger that is about jobs. */
export const jobsOver = (session: Session<LedgerTables>): Jobs => ({
  begin: (job, run) =>
    session.atomically(async (db) => {
      await db
        .insertInto('jobs')
        .values(columnsOf({ ...job, schedule: null }))
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ spec: encodeJson(job.spec) })
            // A job with a schedule is what its definition says; one of commands is what the last one said.
            .where('jobs.schedule', '=', NOTHING),
        )
        .execute();
      return insertRun(db, job.name, run);
    }),

  define: (job) =>
    session.once(async (db) => {
      const row = await db
        .insertInto('jobs')
        .values(columnsOf(job))
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet(({ eb, ref }) => ({
            spec: encodeJson(job.spec),
            schedule: encodeJson(job.schedule),
            generation: eb(ref('jobs.generation'), '+', 1),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return JOB_ROWS.read(row);
    }),

  job: (name) =>
    session.once(async (db) => {
      const row = await db.selectFrom('jobs').selectAll().where('name', '=', name).executeTakeFirst();
      return row === undefined ? null : JOB_ROWS.read(row);
    }),

  jobs: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('jobs', ['string'], page);
      let query = db.selectFrom('jobs').selectAll();
      if (after !== null) query = query.where('name', '>', after[0]);
      const rows = await query
        .orderBy('name')
        .limit(limit + 1)
        .execute();
      return rowPageOf('jobs', rows, limit, ({ name }) => [name], JOB_ROWS.read);
    }),

  pause: (name, paused) =>
    session.once(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('jobs')
        .set((eb) => ({ paused: paused ? 1 : 0, generation: eb('generation', '+', 1) }))
        .where('name', '=', name)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    }),

  remember: (name, expected, memory, runs) =>
    session.atomically(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('jobs')
        .set({ memory: encodeJson(memory), generation: expected + 1 })
        .where('name', '=', name)
        .where('generation', '=', expected)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      for (const run of runs) await insertRun(db, name, run);
      return true;
    }),
});

const columnsOf = (
  job: Pick<JobRow, 'name' | 'spec' | 'schedule' | 'createdAt' | 'createdBy'>,
): LedgerTables['jobs'] => JOB_ROWS.write({ ...job, paused: false, memory: null, generation: 1 });

/** Numbers a run: one more than the highest of its job. Null where the job has one of that `due` already. */
async function insertRun(db: Db<LedgerTables>, job: string, run: NewRun): Promise<RunRow | null> {
  const { highest } = await db
    .selectFrom('runs')
    .select(({ fn }) => fn.max('number').as('highest'))
    .where('job', '=', job)
    .executeTakeFirstOrThrow();
  const row = await db
    .insertInto('runs')
    .values(
      RUN_ROWS.write({
        ...run,
        job,
        number: (highest ?? 0) + 1,
        attempt: 1,
        startedAt: null,
        endedAt: null,
        holder: null,
        fence: 0,
        leaseUntil: 0,
        fingerprint: null,
        facts: null,
        plan: null,
        receipt: null,
        error: null,
        progress: null,
      }),
    )
    .onConflict((conflict) => conflict.columns(['job', 'due']).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : RUN_ROWS.read(row);
}

const NOTHING = encodeJson(null);
