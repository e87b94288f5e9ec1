/** The control plane for one command, where no server owns the data: nobody serves meanwhile. */
import { NO_FLEET } from '../control/fleet.ts';
import type { Control } from '../control/port.ts';
import type { Logger } from '../core/ports.ts';
import { assemble } from './assembly.ts';
import { lockData } from './lock.ts';
import { stderrLog } from './log.ts';

/** What a person did is in the answer of the command; only what fails is news. */
const QUIET: Logger = { ...stderrLog(), info: () => undefined, warn: () => undefined };

/**
 * Owns the data folder until `close`. `storeUrl` is null for the store in it. Throws DATA_LOCKED, DATA_UNWRITABLE and
 * what the store throws.
 */
export async function openControl(
  dataDir: string,
  storeUrl: string | null,
): Promise<{ readonly control: Control; close(): Promise<void> }> {
  const lock = lockData(dataDir);
  try {
    const assembly = await assemble({
      dataDir,
      storeUrl,
      fleet: NO_FLEET,
      copies: 1,
      logger: QUIET,
      answers: false,
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
    return { control: assembly.control, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
