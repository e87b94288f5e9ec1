/** Accuracy by cohorts. What was known is kept: a later label makes another revision. */
import { elementAt } from '../../core/element-at.ts';
import type { Session } from '../session.ts';
import type { MonitoringStore } from './monitoring.ts';
import { COHORT_ROWS, type MonitoringTables } from './rows.ts';

type Cohorts = Pick<MonitoringStore, 'cohorts' | 'cohortRevisions' | 'addCohort'>;

export const cohortsOver = (session: Session<MonitoringTables>): Cohorts => ({
  cohorts: ({ endpoint, from, to }) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('cohorts')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('from', '>=', from)
        .where('from', '<', to)
        .where(({ eb, selectFrom }) =>
          eb(
            'revision',
            '=',
            selectFrom('cohorts as other')
              .select(({ fn }) => fn.max('other.revision').as('newest'))
              .whereRef('other.endpoint', '=', 'cohorts.endpoint')
              .whereRef('other.from', '=', 'cohorts.from')
              .whereRef('other.version', '=', 'cohorts.version'),
          ),
        )
        .orderBy('from')
        .orderBy('version')
        .execute();
      return rows.map(COHORT_ROWS.read);
    }),

  cohortRevisions: (endpoint, version, from) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('cohorts')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('version', '=', version)
        .where('from', '=', from)
        .orderBy('revision')
        .execute();
      return rows.map(COHORT_ROWS.read);
    }),

  addCohort: (cohort) =>
    session.atomically(async (db) => {
      const { endpoint, version, from, computedAt } = cohort;
      const known = await db
        .selectFrom('cohorts')
        .select(['revision', 'computedAt'])
        .where('endpoint', '=', endpoint)
        .where('version', '=', version)
        .where('from', '=', from)
        .orderBy('revision')
        .execute();
      const revision = (known.at(-1)?.revision ?? 0) + 1;
      await db
        .insertInto('cohorts')
        .values(COHORT_ROWS.write({ ...cohort, revision }))
        .execute();
      if (known.length < REVISIONS_MAX) return revision;
      await db
        .deleteFrom('cohorts')
        .where('endpoint', '=', endpoint)
        .where('version', '=', version)
        .where('from', '=', from)
        .where('revision', '=', leastMissed([...known, { revision, computedAt }]))
        .execute();
      return revision;
    }),
});

/** Revisions of one cohort that are kept. */
const REVISIONS_MAX = 20;

/** The one, neither first nor last, whose neighbours were made closest together. */
function leastMissed(rows: readonly { readonly revision: number; readonly computedAt: number }[]): number {
  const gap = (i: number): number => elementAt(rows, i + 1).computedAt - elementAt(rows, i - 1).computedAt;
  let least = 1;
  for (let i = 2; i + 1 < rows.length; i++) if (gap(i) < gap(least)) least = i;
  return elementAt(rows, least).revision;
}
