import { messageOf } from '../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Logger } from '../core/ports.ts';
import type { LoadedVersion } from '../registry/version.ts';
import type { NamedBundle, PlaneSnapshot } from '../rollout/route.ts';
import type { DataPlane } from './data-plane.ts';

export type LoadBundle = (bundle: string, model: string, version: number) => Promise<LoadedVersion>;

export interface SnapshotFollowerOptions {
  readonly plane: DataPlane;
  /** Loads an accepted bundle and warms it; by default the registry's. */
  readonly load?: LoadBundle | undefined;
  readonly logger: Logger;
}

/**
 * Has a plane follow snapshots: loads what is missing, then replaces everything in one turn, then closes what is needed
 * no more. A snapshot that only leads among loaded versions is followed in the turn in which it comes, also while another
 * one is still loading: a rollback waits for nothing.
 */
export class SnapshotFollower {
  readonly #plane: DataPlane;
  readonly #load: LoadBundle;
  readonly #logger: Logger;
  /** Sequence of the snapshot that is followed. */
  #sequence = Number.NEGATIVE_INFINITY;
  /** Versions of the snapshot that is followed, and those that it keeps for another. */
  #followed: readonly NamedBundle[] = [];
  /** Snapshots whose versions are being loaded. */
  readonly #coming = new Set<PlaneSnapshot>();
  readonly #loaded = new Map<string, LoadedVersion>();
  readonly #loading = new Map<string, Promise<void>>();
  /** Bundles are loaded one after the other: the processor is wanted for answers. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ plane, load = loadFromRegistry, logger }: SnapshotFollowerOptions) {
    this.#plane = plane;
    this.#load = load;
    this.#logger = logger;
  }

  /** Versions that are loaded, also those that no route leads to. */
  loaded(): readonly { readonly model: string; readonly version: number }[] {
    return [...this.#loaded.values()].map(({ model, version }) => ({ model, version }));
  }

  /**
   * Settles once the snapshot is followed, or a newer one; one that is not newer than what is followed is ignored. Rejects
   * with a coded error where a version cannot be loaded or a route leads to none: what was followed is followed on.
   */
  async follow(snapshot: PlaneSnapshot): Promise<void> {
    this.#coming.add(snapshot);
    try {
      while (this.#isNews(snapshot)) {
        const missing = snapshot.versions.filter((named) => !this.#loaded.has(keyOf(named)));
        if (missing.length === 0) this.#apply(snapshot);
        else for (const named of missing) await this.#loadOnce(named);
      }
    } finally {
      this.#coming.delete(snapshot);
      this.#sweep();
    }
  }

  #isNews({ sequence }: PlaneSnapshot): boolean {
    return sequence > this.#sequence;
  }

  #apply({ sequence, versions, routes, keep = [] }: PlaneSnapshot): void {
    this.#plane.follow(
      routes,
      versions.flatMap((named) => this.#loaded.get(keyOf(named)) ?? []),
    );
    this.#sequence = sequence;
    this.#followed = [...versions, ...keep];
  }

  /** Throws the coded error of the load. */
  #loadOnce(named: NamedBundle): Promise<void> {
    const key = keyOf(named);
    if (this.#loaded.has(key)) return Promise.resolve();
    const known = this.#loading.get(key);
    if (known) return known;
    const { bundle, model, version } = named;
    const loading = this.#last
      .then(() => this.#loadTimed(bundle, model, version))
      .then((loaded) => void this.#loaded.set(key, loaded))
      .catch((error: unknown) => Promise.reject(notLoaded(named, error)))
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    this.#last = loading.catch(() => undefined);
    return loading;
  }

  async #loadTimed(bundle: string, model: string, version: number): Promise<LoadedVersion> {
    const begun = performance.now();
    const loaded = await this.#load(bundle, model, version);
    return { ...loaded, loadMillis: performance.now() - begun };
  }

  /** Lets go of versions that neither the snapshot followed nor one that comes needs. */
  #sweep(): void {
    const needed = new Set(
      [...this.#followed, ...[...this.#coming].flatMap(({ versions }) => versions)].map(keyOf),
    );
    for (const [key, version] of this.#loaded) {
      if (needed.has(key)) continue;
      this.#loaded.delete(key);
      void this.#close(version);
    }
  }

  /** Requests on their way to the version finish first. */
  async #close(version: LoadedVersion): Promise<void> {
    await this.#plane.usageOf(version).idle();
    try {
      await version.engine.close();
    } catch (error) {
      const { model, version: number } = version;
      this.#logger.error({ model, version: number, error }, 'a version that is needed no more did not close');
    }
  }
}

async function loadFromRegistry(bundle: string, model: string, version: number): Promise<LoadedVersion> {
  const { loadBeside } = await import('../registry/load-in-thread.ts');
  return loadBeside(bundle, model, version);
}

const keyOf = ({ bundle, model, version }: NamedBundle): string => JSON.stringify([bundle, model, version]);

function notLoaded({ model, version }: NamedBundle, error: unknown): PlimsollError {
  if (isPlimsollError(error)) return error;
  const reason = messageOf(error);
  return new PlimsollError('VERSION_NOT_LOADED', { model, version, reason }, { cause: error });
}
