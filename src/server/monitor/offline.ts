/** What is asked about monitoring, for one command, where no server owns the data. */
import { resolve } from 'node:path';
import type { Monitoring } from '../../monitor/port.ts';
import { monitoringUrl } from '../../store/monitoring/url.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { openControl } from '../offline.ts';
import { openMonitoringRuntime } from './runtime.ts';

/** Owns the data folder until `close`. Throws DATA_LOCKED, DATA_UNWRITABLE and what the databases throw. */
export async function openMonitoringHere(
  dataDir: string,
  storeUrl: string | null,
): Promise<{ readonly monitoring: Monitoring; close(): Promise<void> }> {
  const { control, store, close } = await openControl(dataDir, storeUrl);
  try {
    const folder = resolve(dataDir);
    const url = monitoringUrl(folder, storeUrl);
    const rest = { control, store, clock: SYSTEM_CLOCK, answers: false };
    const runtime = await openMonitoringRuntime({ dataDir: folder, url, replica: folder, ...rest });
    return {
      monitoring: runtime.monitoring,
      close: async () => {
        await runtime.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
