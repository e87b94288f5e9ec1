import type { LoadedVersion } from '../../registry/version.ts';
import type { LoadBundle } from '../snapshot-follower.ts';
import type { VersionKey } from './scoring-job.ts';

export interface VersionCacheOptions {
  readonly load: LoadBundle;
  /** Called around a load, also around one that fails. */
  readonly onLoad: (phase: 'loading' | 'loaded') => void;
  /** Versions in the cache; the least recently used one is closed first. */
  readonly max: number;
}

const keyOf = ({ bundle, model, version }: VersionKey): string => JSON.stringify([bundle, model, version]);

/** The versions that one scoring thread has loaded. Calls come one after the other. */
export class VersionCache {
  readonly #options: VersionCacheOptions;
  /** Least recently used first. */
  readonly #kept = new Map<string, LoadedVersion>();
  /** Versions to keep; null before the first `retain`. */
  #wanted: ReadonlySet<string> | null = null;

  constructor(options: VersionCacheOptions) {
    this.#options = options;
  }

  /**
   * The version, loaded if necessary. A version that is no longer to be kept is loaded again for a late request, and closed with
   * the next call. Throws what the load throws.
   */
  async get(wanted: VersionKey): Promise<LoadedVersion> {
    const key = keyOf(wanted);
    const found = this.#kept.get(key) ?? (await this.#load(wanted));
    this.#kept.delete(key);
    await this.#sweep();
    this.#kept.set(key, found);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > this.#options.max) await this.#drop(oldest);
    return found;
  }

  /** Closes all others. */
  async retain(wanted: readonly VersionKey[]): Promise<void> {
    this.#wanted = new Set(wanted.map(keyOf));
    await this.#sweep();
  }

  async #sweep(): Promise<void> {
    if (this.#wanted === null) return;
    for (const key of this.#kept.keys()) if (!this.#wanted.has(key)) await this.#drop(key);
  }

  async #load({ bundle, model, version }: VersionKey): Promise<LoadedVersion> {
    const { load, onLoad } = this.#options;
    onLoad('loading');
    try {
      return await load(bundle, model, version);
    } finally {
      onLoad('loaded');
    }
  }

  async #drop(key: string): Promise<void> {
    const version = this.#kept.get(key);
    this.#kept.delete(key);
    try {
      await version?.engine.close();
    } catch {
      // A failed close must not fail the next request.
    }
  }
}
