/** What a data folder says that this user may not write to: looked at without its lock, and left as it is. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NO_FLEET } from '../control/fleet/fleet.ts';
import type { ControlApi } from '../control/port.ts';
import type { Store } from '../store/store.ts';
import { assemble } from './assembly.ts';
import { stderrLog } from './log.ts';
import { STORE_FILE } from './nothing-to-serve.ts';

/** What a database of SQLite that was not closed keeps beside it: https://sqlite.org/walformat.html. */
const LOG = '-wal';

interface Readable {
  readonly url: string;
  release(): void;
}

/** Null where the folder has no store. Throws what the store throws. */
export async function openReadOnly(
  dataDir: string,
  storeUrl: string | null,
): Promise<{ readonly control: ControlApi; readonly store: Store; close(): Promise<void> } | null> {
  const readable = storeUrl === null ? readableStore(dataDir) : { url: storeUrl, release: () => undefined };
  if (readable === null) return null;
  try {
    const { control, store, parts } = await assemble({
      dataDir,
      storeUrl: readable.url,
      fleet: NO_FLEET,
      copies: 1,
      logger: { ...stderrLog(), info: () => undefined, warn: () => undefined },
      answers: false,
      rolloutOf: undefined,
    });
    const close = async (): Promise<void> => {
      await parts.inspector.close();
      await store.close();
      readable.release();
    };
    return { control, store, close };
  } catch (error) {
    readable.release();
    throw error;
  }
}

/**
 * As it lies there, where it was closed: nobody writes to it, or there would be a log beside it. With its log, a copy of
 * both: reading one takes the right to write.
 */
function readableStore(dataDir: string): Readable | null {
  const path = resolve(dataDir, STORE_FILE);
  if (!existsSync(path)) return null;
  const log = statSync(`${path}${LOG}`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0)
    return { url: `sqlite:${pathToFileURL(path).href}?immutable=1`, release: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    for (const suffix of ['', LOG]) copyFileSync(`${path}${suffix}`, join(folder, `${STORE_FILE}${suffix}`));
  } catch (error) {
    release();
    throw error;
  }
  return { url: `sqlite:${join(folder, STORE_FILE)}`, release };
}
