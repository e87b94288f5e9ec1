/** What is asked about monitoring, for one command, where no server owns the data. */
import { resolve } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { missingPart } from '../../core/parts.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import { bundleDir } from '../../registry/bundle.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { monitoringUrl } from '../../store/monitoring/url.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { stderrLog } from '../log.ts';
import { openControl } from '../offline.ts';
import { openTaking } from './block-intake-parts.ts';
import { LocalWatchEnvironment, type LocalWatchOptions } from './local-watch-environment.ts';
import { openMonitoringRuntime } from './runtime.ts';
import { replicaOf, waitingFiles } from './waiting.ts';

/** Owns the data folder until `close`. Throws DATA_LOCKED, DATA_UNWRITABLE and what the databases throw. */
export async function openMonitoringHere(
  dataDir: string,
  storeUrl: string | null,
): Promise<{ readonly monitoring: MonitoringApi; close(): Promise<void> }> {
  const { control, store, close } = await openControl(dataDir, storeUrl);
  try {
    const folder = resolve(dataDir);
    const url = monitoringUrl(folder, storeUrl);
    await takeInRest(folder, url, { control, store });
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

/** What the last server has left behind, and nobody has read; how it stands is looked at by the next one. */
async function takeInRest(
  dataDir: string,
  url: string,
  { control, store }: Pick<LocalWatchOptions, 'control' | 'store'>,
): Promise<void> {
  if (waitingFiles(dataDir) === 0 || missingPart('DuckDB') !== null) return;
  const logger = stderrLog();
  const [clock, holder] = [SYSTEM_CLOCK, replicaOf(dataDir)];
  const bundleOf = (digest: string): string => bundleDir(dataDir, digest);
  const surroundings = new LocalWatchEnvironment({ store, control, fleet: {}, clock, bundleOf });
  const monitoring = await openMonitoring(url);
  try {
    const place = { dataDir, replica: holder, surroundings, logger, holder };
    const taking = await openTaking(place, monitoring, clock);
    await taking.look().finally(() => taking.close());
  } catch (error) {
    // What was read before can be shown all the same.
    logger.warn({ error: messageOf(error) }, 'rows that wait in the spool cannot be read');
  } finally {
    await monitoring.close();
  }
}
