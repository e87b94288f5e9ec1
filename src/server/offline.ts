import { NO_FLEET } from '../control/fleet.ts';
import type { Control } from '../control/port.ts';
import { assemble } from './assembly.ts';
import { lockData } from './lock.ts';
import { stderrLog } from './log.ts';

/**
 * The control plane of a data folder that no server runs on, owned by this process until it is closed. Rollouts that run
 * take commands, but nobody serves and records meanwhile. Throws DATA_LOCKED, and what the store throws.
 */
export async function openControl(
  dataDir: string,
  storeUrl: string | null = null,
): Promise<{ readonly control: Control; close(): Promise<void> }> {
  const lock = lockData(dataDir);
  try {
    const logger = { ...stderrLog(), info: () => undefined };
    const assembly = await assemble({ dataDir, storeUrl, fleet: NO_FLEET, copies: 1, logger });
    await assembly.start();
    const close = async (): Promise<void> => {
      await assembly.close();
      lock.release();
    };
    return { control: assembly.control, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
