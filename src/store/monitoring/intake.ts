/** Blocks of serving processes: each is taken in once, with the files and counts that were made of it. */
import { inParts } from '../parts.ts';
import type { Db, Session } from '../session.ts';
import { holds } from './claims.ts';
import type { BlockKey, MonitoringStore } from './monitoring.ts';
import type { MonitoringTables } from './rows.ts';
import { insertSegments } from './segments.ts';
import { insertTicks } from './ticks.ts';

type Intakes = Pick<MonitoringStore, 'fresh' | 'takeIn'>;

/** Keys in one statement. */
const PART = 500;

/** No other block has it: the two numbers have no slash. */
const keyOfBlock = ({ worker, epoch, seq }: BlockKey): string => `${worker}/${epoch}/${seq}`;

export const intakeOver = (session: Session<MonitoringTables>): Intakes => ({
  fresh: async (blocks) => {
    const taken = new Set<string>();
    await inParts(blocks, PART, (part) =>
      session.once(async (db) => {
        for (const key of await takenOf(db, part)) taken.add(key);
      }),
    );
    return blocks.filter((block) => !taken.has(keyOfBlock(block)));
  },

  takeIn: ({ at, blocks, segments, ticks }, fence) =>
    session.atomically(async (db) => {
      if (!(await holds(db, fence))) return false;
      for (let i = 0; i < blocks.length; i += PART) {
        const part = blocks.slice(i, i + PART);
        if ((await takenOf(db, part)).length > 0) return false;
      }
      for (let i = 0; i < blocks.length; i += PART) {
        const part = blocks.slice(i, i + PART);
        await db
          .insertInto('blocks')
          .values(part.map((block) => ({ key: keyOfBlock(block), at })))
          .execute();
      }
      await insertSegments(db, segments);
      await insertTicks(db, ticks, 0);
      return true;
    }),
});

async function takenOf(db: Db<MonitoringTables>, blocks: readonly BlockKey[]): Promise<readonly string[]> {
  if (blocks.length === 0) return [];
  const query = db.selectFrom('blocks').select('key').where('key', 'in', blocks.map(keyOfBlock));
  return (await query.execute()).map(({ key }) => key);
}
