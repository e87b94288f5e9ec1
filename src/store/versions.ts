/** Versions of models and their aliases. A version is never deleted, so that its number is never given out again. */
import type { Selectable } from 'kysely';
import { aliasesOver } from './aliases.ts';
import { decodeJson, encodeJson } from './json.ts';
import { keyOf, limitOf, pageOf } from './page.ts';
import type { Schema } from './schema.ts';
import type { Db, Session } from './session.ts';
import type { VersionRow, VersionState, Versions } from './store.ts';

const toVersion = (row: Selectable<Schema['versions']>): VersionRow => ({
  model: row.model,
  version: row.version,
  digest: row.digest,
  state: row.state as VersionState,
  file: row.file,
  checks: decodeJson(row.checks),
  labels: decodeJson(row.labels),
  note: row.note,
  createdAt: row.created_at,
  createdBy: row.created_by,
});

export const versionsOver = (session: Session): Versions => ({
  ...aliasesOver(session),
  ...modelsOver(session),
  insert: (row) => session.atomically((db) => insert(db, row)),

  get: (model, version) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('versions')
        .selectAll()
        .where('model', '=', model)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : toVersion(row);
    }),

  byDigest: (model, digest) =>
    session.once(async (db) => {
      const row = await db
        .selectFrom('versions')
        .selectAll()
        .where('model', '=', model)
        .where('digest', '=', digest)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toVersion(row);
    }),

  update: (model, version, change) =>
    session.once(async (db) => {
      const { state, checks, labels, note } = change;
      const set = {
        state,
        checks: checks && encodeJson(checks),
        labels: labels && encodeJson(labels),
        note,
      };
      if (Object.values(set).every((value) => value === undefined)) return;
      await db
        .updateTable('versions')
        .set(set)
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
    }),

  list: (model, page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('versions', ['number'], page);
      let query = db.selectFrom('versions').selectAll().where('model', '=', model);
      if (after !== null) query = query.where('version', '<', after[0]);
      const rows = await query
        .orderBy('version', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf('versions', rows, limit, (row) => [row.version], toVersion);
    }),
});

/** What the versions of all models come to. */
const modelsOver = (session: Session): Pick<Versions, 'models' | 'digests'> => ({
  models: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('models', ['string'], page);
      let query = db.selectFrom('versions').select('model').distinct();
      if (after !== null) query = query.where('model', '>', after[0]);
      const rows = await query
        .orderBy('model')
        .limit(limit + 1)
        .execute();
      return pageOf(
        'models',
        rows,
        limit,
        ({ model }) => [model],
        ({ model }) => model,
      );
    }),

  digests: () =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('versions')
        .select('digest')
        .distinct()
        .where('state', '<>', 'refused')
        .orderBy('digest')
        .execute();
      return rows.map(({ digest }) => digest);
    }),
});

async function insert(db: Db, row: Omit<VersionRow, 'version'>): Promise<VersionRow> {
  const { highest } = await db
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('highest'))
    .where('model', '=', row.model)
    .executeTakeFirstOrThrow();
  const version = (highest ?? 0) + 1;
  await db
    .insertInto('versions')
    .values({
      model: row.model,
      version,
      digest: row.digest,
      state: row.state,
      file: row.file,
      checks: encodeJson(row.checks),
      labels: encodeJson(row.labels),
      note: row.note,
      created_at: row.createdAt,
      created_by: row.createdBy,
    })
    .execute();
  return { ...row, version };
}
