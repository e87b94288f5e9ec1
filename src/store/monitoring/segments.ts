/** Which files the prediction log is made of. */
import { inParts } from '../parts.ts';
import type { Db, Session } from '../session.ts';
import type { MonitoringStore, SegmentRow } from './monitoring.ts';
import { type MonitoringTables, SEGMENT_ROWS } from './rows.ts';

type Segments = Pick<MonitoringStore, 'segments' | 'knownSegments' | 'replaceSegments'>;

/** Rows, or paths, in one statement. */
const PART = 500;

export const segmentsOver = (session: Session<MonitoringTables>): Segments => ({
  segments: ({ endpoint, from, to }) =>
    session.once(async (db) => {
      let query = db.selectFrom('segments').selectAll().where('from', '<=', to).where('to', '>=', from);
      if (endpoint !== null) query = query.where('endpoint', '=', endpoint);
      const rows = await query.orderBy('endpoint').orderBy('from').orderBy('path').execute();
      return rows.map(SEGMENT_ROWS.read);
    }),

  knownSegments: async (paths) => {
    const parts = await inParts(paths, PART, (part) => session.once((db) => known(db, part)));
    return parts.flat();
  },

  replaceSegments: (removed, added) =>
    session.atomically(async (db) => {
      const distinct = [...new Set(removed)];
      let there = 0;
      for (let i = 0; i < distinct.length; i += PART)
        there += (await known(db, distinct.slice(i, i + PART))).length;
      if (there < distinct.length) return false;
      for (let i = 0; i < distinct.length; i += PART) {
        const part = distinct.slice(i, i + PART);
        await db.deleteFrom('segments').where('path', 'in', part).execute();
      }
      await insertSegments(db, added);
      return true;
    }),
});

async function known(db: Db<MonitoringTables>, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const rows = await db.selectFrom('segments').select('path').where('path', 'in', paths).execute();
  return rows.map(({ path }) => path);
}

export async function insertSegments(
  db: Db<MonitoringTables>,
  segments: readonly SegmentRow[],
): Promise<void> {
  for (let i = 0; i < segments.length; i += PART) {
    const part = segments.slice(i, i + PART).map((row) => SEGMENT_ROWS.write(row));
    await db.insertInto('segments').values(part).execute();
  }
}
