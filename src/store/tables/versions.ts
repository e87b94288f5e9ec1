/** Versions of models and their aliases. A version is never deleted, so that its number is never given out again. */

import { keyOf, limitOf, pageOf, rowPageOf } from '../page.ts';
import { VERSION_ROWS } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { VersionRow, Versions } from '../store.ts';
import { aliasesOver } from './aliases.ts';

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
      return row === undefined ? null : VERSION_ROWS.read(row);
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
      return row === undefined ? null : VERSION_ROWS.read(row);
    }),

  update: (model, version, change) =>
    session.once(async (db) => {
      const set = VERSION_ROWS.change(change);
      if (Object.keys(set).length === 0) return;
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
      return rowPageOf('versions', rows, limit, (row) => [row.version], VERSION_ROWS.read);
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
  const numbered = { ...row, version };
  await db.insertInto('versions').values(VERSION_ROWS.write(numbered)).execute();
  return numbered;
}
