/** The control plane for one command, where no server owns the data: nobody serves meanwhile. */

import { NO_FLEET } from '../control/fleet/fleet.ts';
import type { LocalControlOptions } from '../control/local/local.ts';
import type { ControlApi } from '../control/port.ts';
import type { Logger } from '../core/ports.ts';
import type { Store } from '../store/store.ts';
import { assemble } from './assembly.ts';
import { lockData } from './lock.ts';
import { stderrLog } from './log.ts';

/** What a person did is in the answer of the command; only what fails is news. */
const QUIET: Logger = { ...stderrLog(), info: () => undefined, warn: () => undefined };

/**
 * Owns the data folder until `close`. `storeUrl` is null for the store in it; `rolloutOf` says what the file of settings does. Throws DATA_LOCKED, DATA_UNWRITABLE and
 * what the store throws.
 */
export async function openControl(
  dataDir: string,
  storeUrl: string | null,
  rolloutOf?: LocalControlOptions['rolloutOf'],
): Promise<{ readonly control: ControlApi; readonly store: Store; close(): Promise<void> }> {
  const lock = lockData(dataDir);
  try {
    const assembly = await assemble({
      dataDir,
      storeUrl,
      fleet: NO_FLEET,
      copies: 1,
      logger: QUIET,
      answers: false,
      rolloutOf,
    });
    try {
      await assembly.recover();
      await assembly.start();
    } catch (error) {
      await assembly.close();
      throw error;
    }
    const close = async (): Promise<void> => {
      await assembly.close();
      lock.release();
    };
    return { control: assembly.control, store: assembly.store, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
