/** Accuracy by cohorts. What was known is kept: a later label makes another revision. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from '../json.ts';
import type { Session } from '../session.ts';
import type { CohortRow, MonitoringStore } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

type Cohorts = Pick<MonitoringStore, 'cohorts' | 'cohortRevisions' | 'addCohort'>;

const toCohort = (row: Selectable<MonitoringSchema['cohorts']>): CohortRow => ({
  endpoint: row.endpoint,
  version: row.version,
  from: row.from,
  to: row.to,
  revision: row.revision,
  computedAt: row.computed_at,
  body: decodeJson(row.body),
});

export const cohortsOver = (session: Session<MonitoringSchema>): Cohorts => ({
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
      return rows.map(toCohort);
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
      return rows.map(toCohort);
    }),

  addCohort: ({ endpoint, version, from, to, computedAt, body }) =>
    session.atomically(async (db) => {
      const known = await db
        .selectFrom('cohorts')
        .select(['revision', 'computed_at'])
        .where('endpoint', '=', endpoint)
        .where('version', '=', version)
        .where('from', '=', from)
        .orderBy('revision')
        .execute();
      const revision = (known.at(-1)?.revision ?? 0) + 1;
      const row = { endpoint, version, from, to, revision, computed_at: computedAt, body: encodeJson(body) };
      await db.insertInto('cohorts').values(row).execute();
      if (known.length < REVISIONS_MAX) return revision;
      await db
        .deleteFrom('cohorts')
        .where('endpoint', '=', endpoint)
        .where('version', '=', version)
        .where('from', '=', from)
        .where('revision', '=', leastMissed([...known, { revision, computed_at: computedAt }]))
        .execute();
      return revision;
    }),
});

/** Revisions of one cohort that are kept. */
const REVISIONS_MAX = 20;

/** The one, neither first nor last, whose neighbours were made closest together. */
function leastMissed(rows: readonly { readonly revision: number; readonly computed_at: number }[]): number {
  const gap = (i: number): number => rows[i + 1]!.computed_at - rows[i - 1]!.computed_at;
  let least = 1;
  for (let i = 2; i + 1 < rows.length; i++) if (gap(i) < gap(least)) least = i;
  return rows[least]!.revision;
}
