/** What alerts and monitors have come to: a few narrow columns, so that looking every second costs next to nothing. */
import type { Revision } from '../revisions.ts';
import type { Db, Session } from '../session.ts';
import type { MonitoringStore } from './monitoring.ts';
import type { MonitoringTables } from './rows.ts';

export const monitoringRevisionsOver = (
  session: Session<MonitoringTables>,
): Pick<MonitoringStore, 'revisions'> => ({
  revisions: () => session.once(async (db) => [...(await monitors(db)), ...(await alerts(db))]),
});

async function monitors(db: Db<MonitoringTables>): Promise<Revision[]> {
  const rows = await db.selectFrom('monitors').select(['endpoint', 'generation']).execute();
  return rows.map(({ endpoint, generation }) => ({
    ...{ kind: 'monitor', name: endpoint, endpoint },
    revision: String(generation),
  }));
}

/** Those that are pending or firing: one that is over is there no more, which tells as much. */
async function alerts(db: Db<MonitoringTables>): Promise<Revision[]> {
  const rows = await db
    .selectFrom('alerts')
    .select((eb) => [
      ...(['fingerprint', 'endpoint', 'state'] as const),
      eb
        .selectFrom('alertEvents')
        .select(({ fn }) => fn.max('id').as('id'))
        .whereRef('alertEvents.fingerprint', '=', 'alerts.fingerprint')
        .as('event'),
    ])
    .where('state', 'in', ['pending', 'firing'])
    .execute();
  return rows.map(({ fingerprint, endpoint, state, event }) => ({
    ...{ kind: 'alert', name: fingerprint, endpoint },
    revision: `${state} ${event}`,
  }));
}
