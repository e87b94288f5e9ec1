/** Control planes over data folders of their own, closed after each test. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { LOCAL_ACCESS } from '../../config/access.ts';
import { NO_FLEET } from '../../control/fleet/fleet.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../control-plane.ts';

const running: ControlPlane[] = [];
afterEach(async () => {
  for (const plane of running.splice(0)) await plane.close();
});

export const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-plane-'));

/** Ends the one that was started last. */
export const closeLast = async (): Promise<void> => running.pop()?.close();

export async function startPlane(
  dataDir: string,
  more: Partial<ControlPlaneOptions> = {},
): Promise<ControlPlane> {
  const plane = await startControlPlane({
    ...{
      dataDir,
      storeUrl: null,
      socket: join(dataDir, 'control.sock'),
      access: LOCAL_ACCESS,
      host: '127.0.0.1',
      copies: 1,
    },
    ...{ files: [], golden: undefined, runtime: undefined, maxModel: undefined },
    ...{
      immediate: false,
      rollouts: {},
      jobs: {},
      routers: {},
      monitors: {},
      monitorShare: 0.01,
      watch: null,
      fleet: NO_FLEET,
      onProgress: () => undefined,
    },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...more,
  });
  running.push(plane);
  return plane;
}
