import { readFile, stat } from 'node:fs/promises';
import { hashOfKey } from '../../control/keys/api-key.ts';
import { parseKnownKeys } from '../../control/keys/known-keys.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Logger } from '../../core/ports.ts';

/** How often files of keys are looked at, in milliseconds: a key that was revoked is refused as soon after. */
const LOOK_MILLIS = 500;

interface Source {
  readonly path: string;
  /** What told the state of the file that was read last from others, and the one that could not be read. */
  taken: string | null;
  refused: string | null;
  keys: readonly KnownKey[];
}

export interface KeyringOptions {
  /** Files of keys; one that is not there yet holds none. */
  readonly files: readonly string[];
  /** Keys that hold as long as the process. */
  readonly fixed: readonly KnownKey[];
  readonly logger: Logger;
}

/**
 * The keys that hold, by their hashes, as files say that others replace. One that becomes unreadable or goes changes
 * nothing: who was let in, or kept out, still is.
 */
export class ApiKeyRing {
  readonly #options: KeyringOptions;
  readonly #sources: readonly Source[];
  #byHash: ReadonlyMap<string, KnownKey> = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyringOptions) {
    this.#options = options;
    this.#sources = options.files.map((path) => ({ path, taken: null, refused: null, keys: [] }));
    this.#gather();
  }

  /** Reads the files now, and whenever they change from now on. */
  async follow(): Promise<void> {
    await this.refresh();
    let isLooking = false;
    const look = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      await this.refresh();
      isLooking = false;
    };
    this.#timer = setInterval(look, LOOK_MILLIS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get size(): number {
    return this.#byHash.size;
  }

  /** Whoever holds `key`, or null; that it may be over is for the caller to see. */
  find(key: string): KnownKey | null {
    return this.#byHash.get(hashOfKey(key)) ?? null;
  }

  /** Never throws. */
  async refresh(): Promise<void> {
    const changes = await Promise.all(this.#sources.map((source) => this.#look(source)));
    if (changes.includes(true)) this.#gather();
  }

  async #look(source: Source): Promise<boolean> {
    let state = 'out of reach';
    try {
      const found = await stat(source.path, { bigint: true }).catch(absent);
      if (found === null) return false;
      state = `${found.ino} ${found.size} ${found.mtimeNs}`;
      if (state === source.taken) return false;
      const keys = parseKnownKeys(await readFile(source.path, 'utf8'));
      source.taken = state;
      if (typeof keys !== 'string') {
        source.keys = keys;
        return true;
      }
      this.#complain(source.path, keys);
    } catch (error) {
      // It is tried again: a process that was short of files must not miss for good that a key was revoked.
      if (state !== source.refused) this.#complain(source.path, messageOf(error));
      source.refused = state;
    }
    return false;
  }

  #gather(): void {
    const all = [...this.#options.fixed, ...this.#sources.flatMap(({ keys }) => keys)];
    this.#byHash = new Map(all.map((key) => [key.sha256, key]));
  }

  #complain(file: string, reason: string): void {
    this.#options.logger.warn({ file, reason }, 'the API keys of before hold on: the file cannot be read');
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
