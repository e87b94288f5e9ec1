import { type FSWatcher, statSync, watch } from 'node:fs';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { guarded } from '../core/guarded.ts';
import type { Clock, Logger } from '../core/ports.ts';
import type { VersionRow } from '../store/store.ts';
import { digestOfModelFile } from './digest.ts';
import { listDropped } from './watch-listing.ts';
import { type DroppedFile, FileSettling } from './watch-settling.ts';

export interface FolderWatchOptions {
  /** Files dropped here, or in a folder named like a model in it, become versions. */
  readonly folder: string;
  /** Makes a file a version; called for one file at a time. */
  add(model: string, path: string): Promise<Pick<VersionRow, 'version' | 'state' | 'checks'>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds without a change after which a file is complete. @default {2000} */
  readonly settleMillis?: number | undefined;
  /** Milliseconds between two looks where the system tells of no change: network file systems never do. @default {5000} */
  readonly pollMillis?: number | undefined;
}

export interface FolderWatch {
  /** Takes no more files; resolves once the one in hand is done. */
  close(): Promise<void>;
}

const SETTLE_MILLIS = 2000;
const POLL_MILLIS = 5000;
/** Changes come in flocks. */
const WAKE_MILLIS = 50;
const RETRY_MILLIS = 30_000;
/** Files whose outcome is remembered; the oldest are forgotten. */
const REMEMBERED_MAX = 10_000;

/**
 * Watches a folder: `FILE` becomes a version of the model called like the file, `MODEL/FILE` one of `MODEL`. A file is
 * taken once it has not changed for two seconds, so that no half of one is read however it is written; each bytes once a
 * model, also where they were refused. What has nothing to do with the file (a full disk) is tried again.
 * Throws WATCH_INVALID.
 */
export function watchModelFolder(options: FolderWatchOptions): FolderWatch {
  const { folder } = options;
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat)
    throw new PlimsollError('WATCH_INVALID', { path: folder, reason: 'there is nothing of that name' });
  if (!stat.isDirectory()) throw new PlimsollError('WATCH_INVALID', { path: folder, reason: 'it is a file' });
  return new Watcher(options);
}

class Watcher implements FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #settling: FileSettling;
  /** `model digest` of what was taken, whatever came of it. */
  readonly #taken = new Set<string>();
  #events: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #changed = false;
  #closed = false;
  /** What kept the folder from being read, said once. */
  #trouble: string | null = null;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#settling = new FileSettling(options.settleMillis ?? SETTLE_MILLIS);
    this.#listen();
    this.#wake(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events?.close();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Asks the system to tell of changes. Where it cannot, looking now and then has to do. */
  #listen(): void {
    try {
      this.#events = watch(this.#options.folder, { recursive: true, persistent: false }, () => {
        this.#changed = true;
        if (!this.#looking) this.#wake(WAKE_MILLIS);
      });
      this.#events.on('error', () => this.#deafen());
    } catch {
      this.#deafen();
    }
  }

  #deafen(): void {
    this.#events?.close();
    this.#events = null;
  }

  /** Looks in `millis`; an earlier look that is due stays. */
  #wake(millis: number): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#looking = guarded(() => this.#look())().finally(() => {
        this.#looking = null;
        this.#wake(this.#pause());
      });
    }, millis).unref();
  }

  /** How long nothing has to be looked at. */
  #pause(): number {
    const { settleMillis = SETTLE_MILLIS, pollMillis = POLL_MILLIS } = this.#options;
    if (this.#changed) return WAKE_MILLIS;
    return this.#settling.waits ? Math.min(pollMillis, settleMillis / 2) : pollMillis;
  }

  async #look(): Promise<void> {
    this.#changed = false;
    for (const file of this.#settling.look(await this.#list(), this.#options.clock.monotonic())) {
      if (this.#closed) return;
      const again = await this.#take(file);
      this.#settling.settle(file, again ? this.#options.clock.monotonic() + RETRY_MILLIS : null);
    }
  }

  async #list(): Promise<readonly DroppedFile[]> {
    const { folder, logger } = this.#options;
    try {
      const { files, trouble } = await listDropped(folder);
      if (trouble !== null && trouble !== this.#trouble) logger.warn({ folder }, trouble);
      this.#trouble = trouble;
      return files;
    } catch (error) {
      const trouble = String(error);
      if (trouble !== this.#trouble) logger.warn({ folder, error }, 'the watched folder cannot be read');
      this.#trouble = trouble;
      return [];
    }
  }

  /** Makes a file a version, and says what came of it. Answers whether to try again later. */
  async #take({ model, path }: DroppedFile): Promise<boolean> {
    const { add, logger } = this.#options;
    try {
      const name = `${model} ${await digestOfModelFile(path)}`;
      if (this.#taken.has(name)) return false;
      const { version, state, checks } = await add(model, path);
      this.#remember(name);
      if (state !== 'refused') logger.info({ model, version, path }, 'a file that was dropped is a version');
      else
        logger.warn(
          { model, version, path, checks: checks.filter(({ ok }) => !ok) },
          'a file that was dropped is refused',
        );
      return false;
    } catch (error) {
      // Gone again before its turn came.
      if (isPlimsollError(error) && error.code === 'FILE_NOT_FOUND') return false;
      const again = !isPlimsollError(error) || error.http >= 500 || error.code === 'FILE_CHANGED';
      logger.warn({ model, path, error, again }, 'a file that was dropped is no version');
      return again;
    }
  }

  #remember(name: string): void {
    this.#taken.add(name);
    if (this.#taken.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#taken;
    if (oldest !== undefined) this.#taken.delete(oldest);
  }
}
