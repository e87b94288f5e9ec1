/** Opens what monitoring remembers, as a URL names it. */
import { type DatabaseOptions, openDatabase } from '../database.ts';
import { alertsOver } from './alerts.ts';
import { claimsOver } from './claims.ts';
import { cohortsOver } from './cohorts.ts';
import { deliveriesOver } from './deliveries.ts';
import { intakeOver } from './intake.ts';
import { labelsOver } from './labels.ts';
import { memoriesOver } from './memories.ts';
import { MONITORING_MIGRATIONS } from './migrations/all.ts';
import type { MonitoringStore } from './monitoring.ts';
import { monitorsOver } from './monitors.ts';
import { retentionOver } from './retention.ts';
import { monitoringRevisionsOver } from './revisions.ts';
import type { MonitoringTables } from './rows.ts';
import { segmentsOver } from './segments.ts';
import { ticksOver } from './ticks.ts';

const CONTENTS = { schema: 'plimsoll_monitoring', migrations: MONITORING_MIGRATIONS };

/**
 * Opens `sqlite:PATH` or `postgres://…` (where the store may be as well) and brings its schema up to date; any number of
 * processes may have it open. Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or
 * STORE_NEWER.
 */
export async function openMonitoring(url: string, options: DatabaseOptions = {}): Promise<MonitoringStore> {
  const { kind, session } = await openDatabase<MonitoringTables>(url, CONTENTS, options);
  return {
    kind,
    ...monitorsOver(session),
    ...intakeOver(session),
    ...ticksOver(session),
    ...segmentsOver(session),
    ...memoriesOver(session),
    ...alertsOver(session),
    ...deliveriesOver(session),
    ...cohortsOver(session),
    ...labelsOver(session),
    ...claimsOver(session),
    ...retentionOver(session),
    ...monitoringRevisionsOver(session),
    close: () => session.close(),
  };
}
