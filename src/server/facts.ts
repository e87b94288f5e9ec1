/** What the API tells of this server. */
import { statfs } from 'node:fs/promises';
import type { ServerFacts } from './api/server-facts.ts';
import type { ControlSettings } from './control-settings.ts';

/** With the room that the disk of the data folder has now. */
export async function serverFactsOf(
  store: ServerFacts['store'],
  { dataDir, access, copies, watch }: ControlSettings,
): Promise<ServerFacts> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  const { perDay, bytesPerDay, freeShare } = access.uploads;
  const { perSecond = null, burst = null } = access.rate ?? {};
  return {
    startedAt: Math.round(performance.timeOrigin),
    copies,
    store,
    watchesFolder: watch !== null,
    disk: { free: bavail * bsize, total: blocks * bsize },
    limits: {
      ...{ uploadsPerDay: perDay, uploadBytesPerDay: bytesPerDay, diskReserve: freeShare },
      ...{ perSecond, burst },
    },
  };
}
