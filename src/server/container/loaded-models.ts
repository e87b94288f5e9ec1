import { valueInMap } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { availableMemory } from '../../process/available-memory.ts';
import { loadBeside } from '../../registry/load-in-thread.ts';
import { residentBytes } from '../../registry/memory.ts';
import type { AcceptedVersion, LoadedVersion } from '../../registry/version.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import type { DataPlane } from '../../serving/data-plane.ts';
import { runGarbageCollector } from '../../serving/threads/garbage-collector.ts';
import { bytesText } from '../../text/bytes.ts';
import { provedBundle } from './bundles.ts';
import { measured } from './measured.ts';
import { inFolder } from './model-search.ts';
import type { LazyFolder } from './workspace.ts';

export interface KnownModel {
  readonly name: string;
  readonly url: string;
}

interface Held extends KnownModel {
  readonly loaded: LoadedVersion;
  /** Bytes that it is taken to need. */
  readonly bytes: number;
}

export interface LoadedModelsOptions {
  readonly plane: DataPlane;
  readonly workspace: LazyFolder;
  readonly memoryBytes: number | null;
}

/** The models of a process that a platform loads and unloads; each is an endpoint of its own, at rest on version 1. */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  readonly #held = new Map<string, Held>();
  readonly #loading = new Set<string>();
  #generation = 0;
  /** One after the other: what is free is asked and taken in one step. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LoadedModelsOptions) {
    this.#options = options;
  }

  /** In the order of names. */
  list(): readonly KnownModel[] {
    return [...this.#held.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws MODEL_ABSENT. */
  get(name: string): KnownModel {
    const found = this.#held.get(name);
    if (found !== undefined) return found;
    throw new PlimsollError('MODEL_ABSENT', { model: name });
  }

  /** Throws MODEL_LOADED, MODELS_MEMORY, and what finding, proving or loading throws; then nothing has changed. */
  async load(name: string, url: string): Promise<KnownModel> {
    if (this.#held.has(name) || this.#loading.has(name))
      throw new PlimsollError('MODEL_LOADED', { model: name });
    this.#loading.add(name);
    try {
      return await this.#inTurn(() => this.#load(name, url));
    } finally {
      this.#loading.delete(name);
    }
  }

  /** Settles when its memory is free again. Throws MODEL_ABSENT. */
  async unload(name: string): Promise<KnownModel> {
    return this.#inTurn(async () => {
      this.get(name);
      const { loaded, ...held } = valueInMap(this.#held, name);
      this.#held.delete(name);
      this.#follow();
      await this.#options.plane.usageOf(loaded).idle();
      await loaded.engine.close();
      runGarbageCollector();
      return held;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #load(name: string, url: string): Promise<KnownModel> {
    const placed = await inFolder(url, { model: null, choices: {} }, this.#options.workspace);
    const [only] = placed;
    if (only === undefined || placed.length > 1)
      throw new PlimsollError('MODEL_REQUEST_INVALID', {
        found: `url "${url}", which holds ${placed.length} versions`,
      });
    const accepted = await provedBundle({ ...only, model: name });
    const bytes = bytesOf(accepted);
    this.#ensureRoom(name, bytes);
    const loaded = await measured(await loadBeside(accepted.bundle, name, 1));
    const held = { name, url, loaded, bytes };
    this.#held.set(name, held);
    this.#follow();
    return held;
  }

  /** Throws MODELS_MEMORY. */
  #ensureRoom(model: string, wanted: number): void {
    const { memoryBytes } = this.#options;
    const taken = [...this.#held.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    const left = Math.min(availableMemory(), memoryBytes === null ? Infinity : memoryBytes - taken);
    if (wanted <= left) return;
    const details = { model, wanted: bytesText(wanted), found: bytesText(Math.max(0, left)) };
    throw new PlimsollError('MODELS_MEMORY', details);
  }

  #follow(): void {
    const held = [...this.#held.values()];
    this.#generation++;
    this.#options.plane.follow(
      held.map(({ name }) => singleVersionRoute(name, name, 1, this.#generation)),
      held.map(({ loaded }) => loaded),
    );
  }
}

/** What a version is taken to need; with Python, what its workers were measured to take. */
const bytesOf = ({ manifest }: AcceptedVersion): number =>
  residentBytes(manifest) + (manifest.python?.residentBytes ?? 0);
