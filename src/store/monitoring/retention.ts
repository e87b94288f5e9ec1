/** What monitoring forgets, so that it does not grow for ever. Policies, profiles and alerts stay, and states that go on. */
import type { Session } from '../session.ts';
import type { MonitoringStore } from './monitoring.ts';
import type { MonitoringTables } from './rows.ts';

export const retentionOver = (session: Session<MonitoringTables>): Pick<MonitoringStore, 'forget'> => ({
  forget: async ({ ticks, events, blocks }) => {
    await session.once((db) => db.deleteFrom('ticks').where('at', '<', ticks).execute());
    await session.once((db) => db.deleteFrom('alertEvents').where('at', '<', events).execute());
    await session.once((db) => db.deleteFrom('cohorts').where('to', '<', events).execute());
    await session.once((db) => db.deleteFrom('memories').where('changedAt', '<', events).execute());
    await session.once((db) => db.deleteFrom('labels').where('receivedAt', '<', events).execute());
    await session.once((db) =>
      db.deleteFrom('deliveries').where('createdAt', '<', events).where('state', '<>', 'waiting').execute(),
    );
    await session.once((db) => db.deleteFrom('blocks').where('at', '<', blocks).execute());
  },
});
