/** Labels and values that came for answers, as long as accuracy may still be revised by them. */
import { inParts } from '../parts.ts';
import type { Session } from '../session.ts';
import type { MonitoringStore } from './monitoring.ts';
import { LABEL_ROWS, type MonitoringTables } from './rows.ts';

/** Rows in one statement. */
const PART = 250;

export const labelsOver = (
  session: Session<MonitoringTables>,
): Pick<MonitoringStore, 'addLabels' | 'labels' | 'labelsOf' | 'newestLabel'> => ({
  addLabels: async (rows) => {
    await inParts(rows, PART, (part) =>
      session.once((db) =>
        db
          .insertInto('labels')
          .values(part.map((row) => LABEL_ROWS.write(row)))
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      ),
    );
  },

  labels: ({ endpoint, metric, after, limit }) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('labels')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('metric', '=', metric)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(LABEL_ROWS.read);
    }),

  labelsOf: (requestId, limit) =>
    session.once(async (db) => {
      const rows = await db
        .selectFrom('labels')
        .selectAll()
        .where('requestId', '=', requestId)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(LABEL_ROWS.read);
    }),

  newestLabel: (of) =>
    session.once(async (db) => {
      let query = db.selectFrom('labels').select(({ fn }) => fn.max('id').as('id'));
      if (of !== null) query = query.where('endpoint', '=', of.endpoint).where('metric', '=', of.metric);
      const row = await query.executeTakeFirst();
      return Number(row?.id ?? 0);
    }),
});
