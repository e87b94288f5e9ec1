import type { Logger } from '../../core/ports.ts';
import type { Revision } from '../../store/revisions.ts';
import type { IntervalScheduler } from '../rollouts/interval-scheduler.ts';

export type ChangedThing = Pick<Revision, 'kind' | 'name' | 'endpoint'>;

/** What has changed since the event before; `sequence` grows by one with each. */
export interface Changes {
  readonly sequence: number;
  readonly changed: readonly ChangedThing[];
}

export interface ChangeWatchOptions {
  /** What there is, by database; one that is not there yet knows of nothing. */
  readonly sources: readonly (() => Promise<readonly Revision[]>)[];
  /** Milliseconds between two looks. */
  readonly millis: number;
  readonly every: IntervalScheduler;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells those who follow what has changed, whichever process has changed it: the databases say so. They are looked at while
 * somebody follows, for all who do together, and not otherwise.
 */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  readonly #followers = new Set<(changes: Changes) => void>();
  /** By source: what it said last; null: it has said nothing since somebody follows. */
  #known: (ReadonlyMap<string, Revision> | null)[] = [];
  #sequence = 0;
  #end: (() => Promise<void>) | null = null;
  #first: Promise<void> | null = null;
  #hasFailed = false;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /**
   * Calls `listener` once with nothing changed, from when on no change goes untold, then after each change; answers what ends
   * it. Whoever has read something before that first call reads it again.
   */
  follow(listener: (changes: Changes) => void): () => void {
    // Until then it is not told: what others hear of may have changed before or after what it has read.
    let isKnown = false;
    const told = (changes: Changes): void => {
      if (isKnown) listener(changes);
    };
    this.#followers.add(told);
    if (this.#end === null) {
      this.#first = this.#look();
      this.#end = this.#options.every(this.#options.millis, () => this.#look());
    }
    void this.#first?.then(() => {
      isKnown = true;
      if (this.#followers.has(told)) listener({ sequence: this.#sequence, changed: [] });
    });
    return () => {
      this.#followers.delete(told);
      if (this.#followers.size > 0) return;
      void this.#end?.();
      this.#end = null;
      this.#known = [];
    };
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { sources } = this.#options;
    const changed: ChangedThing[] = [];
    const found = await Promise.all(sources.map((source) => source().catch((error) => this.#failed(error))));
    for (const [k, revisions] of found.entries()) {
      if (revisions === null) {
        // What it says once it is back may have changed since: all of it is told.
        this.#known[k] ??= new Map();
        continue;
      }
      const now = byThing(revisions);
      const before = this.#known[k] ?? null;
      if (before !== null) changed.push(...differences(before, now));
      this.#known[k] = now;
    }
    if (found.every((one) => one !== null)) this.#hasFailed = false;
    if (changed.length === 0) return;
    const changes = { sequence: ++this.#sequence, changed };
    for (const listener of this.#followers) listener(changes);
  }

  /** A database that is away is looked at again; said once, until it is back. */
  #failed(error: Error): null {
    if (!this.#hasFailed)
      this.#options.logger.warn({ error: error.message }, 'changes cannot be looked for: trying again');
    this.#hasFailed = true;
    return null;
  }
}

/** A thing that several tables tell of has changed where one of them has. */
function byThing(revisions: readonly Revision[]): ReadonlyMap<string, Revision> {
  const things = new Map<string, Revision>();
  for (const one of revisions) {
    const { kind, name, endpoint } = one;
    const key = [kind, name, endpoint].join('\n');
    const before = things.get(key)?.revision;
    things.set(key, before === undefined ? one : { ...one, revision: `${before}, ${one.revision}` });
  }
  return things;
}

/** What is new, has changed, or is gone. */
function differences(
  before: ReadonlyMap<string, Revision>,
  now: ReadonlyMap<string, Revision>,
): readonly ChangedThing[] {
  const changed = [...now].filter(([key, { revision }]) => before.get(key)?.revision !== revision);
  const gone = [...before].filter(([key]) => !now.has(key));
  return [...changed, ...gone].map(([, { kind, name, endpoint }]) => ({ kind, name, endpoint }));
}
