/** Labels and values that came for answers, as long as accuracy may still be revised by them. */
import type { Selectable } from 'kysely';
import { inParts } from '../parts.ts';
import type { Session } from '../session.ts';
import type { NumberedFeedback } from '../store.ts';
import type { MonitoringStore } from './monitoring.ts';
import type { MonitoringSchema } from './schema.ts';

/** Rows in one statement. */
const PART = 250;

const toLabel = (row: Selectable<MonitoringSchema['labels']>): NumberedFeedback => ({
  id: row.id,
  endpoint: row.endpoint,
  requestId: row.request_id,
  unit: row.unit,
  metric: row.metric,
  value: row.value,
  at: row.at,
  receivedAt: row.received_at,
});

export const labelsOver = (
  session: Session<MonitoringSchema>,
): Pick<MonitoringStore, 'addLabels' | 'labels' | 'newestLabel'> => ({
  addLabels: async (rows) => {
    await inParts(rows, PART, (part) =>
      session.once((db) =>
        db
          .insertInto('labels')
          .values(
            part.map((row) => ({
              id: row.id,
              endpoint: row.endpoint,
              request_id: row.requestId,
              unit: row.unit,
              metric: row.metric,
              value: row.value,
              at: row.at,
              received_at: row.receivedAt,
            })),
          )
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
      return rows.map(toLabel);
    }),

  newestLabel: (of) =>
    session.once(async (db) => {
      let query = db.selectFrom('labels').select(({ fn }) => fn.max('id').as('id'));
      if (of !== null) query = query.where('endpoint', '=', of.endpoint).where('metric', '=', of.metric);
      const row = await query.executeTakeFirst();
      return Number(row?.id ?? 0);
    }),
});
