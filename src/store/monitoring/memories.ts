/** State that goes on after a restart. */
import type { Selectable } from 'kysely';
import { decodeJson, encodeJson } from '../json.ts';
import type { Db, Session } from '../session.ts';
import { holds } from './claims.ts';
import type { MemoryRow, MonitoringStore } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

type Memories = Pick<MonitoringStore, 'memory' | 'memories' | 'remember'>;

const toMemory = (row: Selectable<MonitoringSchema['memories']>): MemoryRow => ({
  kind: row.kind,
  name: row.name,
  body: decodeJson(row.body),
  changedAt: row.changed_at,
});

export const memoriesOver = (session: Session<MonitoringSchema>): Memories => ({
  memory: (kind, name) =>
    session.once(async (db) => {
      const query = db.selectFrom('memories').selectAll().where('kind', '=', kind).where('name', '=', name);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : toMemory(row);
    }),

  memories: (kind) =>
    session.once(async (db) => {
      const query = db.selectFrom('memories').selectAll().where('kind', '=', kind).orderBy('name');
      return (await query.execute()).map(toMemory);
    }),

  remember: (rows, fence) =>
    session.atomically(async (db) => {
      if (!(await holds(db, fence))) return false;
      await keepMemories(db, rows);
      return true;
    }),
});

export async function keepMemories(db: Db<MonitoringSchema>, rows: readonly MemoryRow[]): Promise<void> {
  for (const { kind, name, body, changedAt } of rows) {
    const columns = { body: encodeJson(body), changed_at: changedAt };
    await db
      .insertInto('memories')
      .values({ kind, name, ...columns })
      .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(columns))
      .execute();
  }
}
