/** State that goes on after a restart. */
import type { Db, Session } from '../session.ts';
import { holds } from './claims.ts';
import type { MemoryRow, MonitoringStore } from './monitoring.ts';
import { MEMORY_ROWS, type MonitoringTables } from './rows.ts';

type Memories = Pick<MonitoringStore, 'memory' | 'memories' | 'remember'>;

export const memoriesOver = (session: Session<MonitoringTables>): Memories => ({
  memory: (kind, name) =>
    session.once(async (db) => {
      const query = db.selectFrom('memories').selectAll().where('kind', '=', kind).where('name', '=', name);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : MEMORY_ROWS.read(row);
    }),

  memories: (kind) =>
    session.once(async (db) => {
      const query = db.selectFrom('memories').selectAll().where('kind', '=', kind).orderBy('name');
      return (await query.execute()).map(MEMORY_ROWS.read);
    }),

  remember: (rows, fence) =>
    session.atomically(async (db) => {
      if (!(await holds(db, fence))) return false;
      await keepMemories(db, rows);
      return true;
    }),
});

export async function keepMemories(db: Db<MonitoringTables>, rows: readonly MemoryRow[]): Promise<void> {
  for (const row of rows) {
    const { kind, name, ...columns } = MEMORY_ROWS.write(row);
    await db
      .insertInto('memories')
      .values({ kind, name, ...columns })
      .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(columns))
      .execute();
  }
}
