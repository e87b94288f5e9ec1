/** Names for versions of a model, such as `champion`. */
import type { Db, Session } from '../session.ts';
import type { Versions } from '../store.ts';

export const aliasesOver = (session: Session): Pick<Versions, 'setAlias' | 'aliases'> => ({
  setAlias: (model, alias, version) => session.once((db) => setAlias(db, model, alias, version)),

  aliases: (model) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('aliases')
        .select(['alias', 'version'])
        .where('model', '=', model)
        .orderBy('alias')
        .execute();
      return Object.fromEntries(rows.map(({ alias, version }) => [alias, version]));
    }),
});

async function setAlias(db: Db, model: string, alias: string, version: number | null): Promise<void> {
  if (version === null) {
    await db.deleteFrom('aliases').where('model', '=', model).where('alias', '=', alias).execute();
    return;
  }
  await db
    .insertInto('aliases')
    .values({ model, alias, version })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
}
