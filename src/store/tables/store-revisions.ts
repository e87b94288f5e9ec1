/** What endpoints, rollouts and versions have come to: a few narrow columns, so that looking every second costs next to nothing. */
import { type Revision, revisionsOfEntry } from '../revisions.ts';
import type { Db } from '../session.ts';

/** So many entries of the audit log are looked at: more of them between two looks are told as others. */
const ENTRIES = 50;

export const storeRevisions = async (db: Db): Promise<readonly Revision[]> => [
  ...(await endpoints(db)),
  ...(await rollouts(db)),
  ...(await proofs(db)),
  ...(await entries(db)),
];

async function endpoints(db: Db): Promise<Revision[]> {
  const rows = await db.selectFrom('endpoints').select(['name', 'generation', 'rollout']).execute();
  return rows.map(({ name, generation, rollout }) => ({
    ...{ kind: 'endpoint', name, endpoint: name },
    revision: `${generation} ${rollout}`,
  }));
}

/** Those that run: one that has ended is there no more, which tells as much. */
async function rollouts(db: Db): Promise<Revision[]> {
  const rows = await db
    .selectFrom('rollouts')
    .select((eb) => [
      ...(['id', 'endpoint', 'state'] as const),
      eb
        .selectFrom('rolloutEvents')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .whereRef('rollout', '=', 'rollouts.id')
        .as('seq'),
    ])
    .where('endedAt', 'is', null)
    .execute();
  return rows.map(({ id, endpoint, state, seq }) => ({
    ...{ kind: 'rollout', name: id, endpoint },
    revision: `${state} ${seq}`,
  }));
}

/** Versions whose checks run. */
async function proofs(db: Db): Promise<Revision[]> {
  const rows = await db
    .selectFrom('versions')
    .select(['model', 'version', 'checks'])
    .where('state', '=', 'validating')
    .execute();
  return rows.map(({ model, version, checks }) => ({
    ...{ kind: 'version', name: model, endpoint: null },
    revision: `${version} ${checks.length}`,
  }));
}

/** What else has changed is told by the audit log. */
async function entries(db: Db): Promise<Revision[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['seq', 'what', 'subject'])
    .orderBy('seq', 'desc')
    .limit(ENTRIES)
    .execute();
  return rows.flatMap(revisionsOfEntry);
}
