import type { MonitoringApi } from '../../monitor/port.ts';
import type { ControlOptions } from './control.ts';
import { credentialOf } from './credential.ts';

/**
 * Asks the server at `--url`, else the one that owns the data folder, else the database itself, whose owner this command is
 * until `work` is done. Throws CONTROL_UNREACHABLE, DATA_LOCKED, and whatever `work` throws.
 */
export async function withMonitoring<T>(
  { data, url, keyFile }: ControlOptions,
  work: (monitoring: MonitoringApi) => Promise<T>,
): Promise<T> {
  const { liveServer } = await import('../../server/lock.ts');
  const target = url === undefined ? liveServer(data) : { url, token: credentialOf({ keyFile }) };
  if (target !== null) {
    const { RemoteMonitoring } = await import('../../monitor/remote.ts');
    return work(new RemoteMonitoring('socket' in target ? { socket: target.socket } : target));
  }
  const { openMonitoringHere } = await import('../../server/monitor/offline.ts');
  const here = await openMonitoringHere(data, process.env['PLIMSOLL_STORE'] ?? null);
  try {
    return await work(here.monitoring);
  } finally {
    await here.close();
  }
}
