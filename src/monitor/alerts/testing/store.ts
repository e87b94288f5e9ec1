/** Monitoring databases of tests of alerts: real SQLite files, gone with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MonitoringStore } from '../../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../../store/monitoring/open.ts';

export interface Opened {
  readonly store: MonitoringStore;
  /** Closes it and opens it again, as a restart does. */
  restart(): Promise<MonitoringStore>;
}

export async function openAlertStore(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-alerts-'));
  const url = `sqlite:${join(folder, 'monitoring.sqlite')}`;
  let current = await openMonitoring(url);
  onTestFinished(async () => {
    await current.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    store: current,
    async restart() {
      await current.close();
      current = await openMonitoring(url);
      return current;
    },
  };
}
