import { PlimsollError } from '../../core/errors.ts';
import type { ErrorMessage } from '../../process/messages.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { type VersionName, versionName } from './messages.ts';

/** A worker as publications see it. */
export interface PublicationFollower {
  readonly worker: number;
  /** What it has loaded, as far as it has said. */
  readonly loaded: ReadonlySet<VersionName>;
  tell(kind: 'prepare' | 'follow', snapshot: PlaneSnapshot): void;
}

/** A snapshot on its way to some workers. */
interface Round {
  readonly missing: Set<number>;
  readonly settle: PromiseWithResolvers<void>;
}

/**
 * Brings snapshots to all workers: first the versions, to one worker after the other, so that never more than one is busy
 * loading; then the routes, to all at once. Where a worker cannot load a version nobody gets the routes. A snapshot whose
 * versions are all there overtakes one that is still being loaded: a rollback waits for nobody.
 */
export class SnapshotPublications {
  readonly #followers: () => readonly PublicationFollower[];
  readonly #rounds = new Map<number, Round>();
  /** Sequence of the newest snapshot that was handed in. */
  #newest = -1;
  /** Number of the next snapshot that workers get; they ignore smaller ones. */
  #sequence = 0;
  #current: PlaneSnapshot | null = null;

  constructor(followers: () => readonly PublicationFollower[]) {
    this.#followers = followers;
  }

  /** What a worker that comes now has to follow. */
  get current(): PlaneSnapshot | null {
    return this.#current;
  }

  /** Resolves once all workers there are follow it, or a newer one. Rejects with what a worker cannot load. */
  async publish(snapshot: PlaneSnapshot): Promise<void> {
    if (snapshot.sequence <= this.#newest) return;
    this.#newest = snapshot.sequence;
    if (!(await this.#prepare(snapshot))) return;
    this.#current = this.#numbered(snapshot);
    await this.#send('follow', this.#current, this.#followers());
  }

  /** A worker has done as snapshot number `sequence` says, or has not. */
  settled(worker: number, sequence: number, error: ErrorMessage | null): void {
    const round = this.#rounds.get(sequence);
    if (!round?.missing.delete(worker)) return;
    if (error) this.#end(sequence, round, PlimsollError.from(error));
    else if (round.missing.size === 0) this.#end(sequence, round, null);
  }

  /** A worker that is gone keeps nobody waiting. */
  left(worker: number): void {
    for (const sequence of [...this.#rounds.keys()]) this.settled(worker, sequence, null);
  }

  /** Has the versions loaded; false where a newer snapshot came in the meantime. */
  async #prepare(next: PlaneSnapshot): Promise<boolean> {
    const isThere = ({ loaded }: PublicationFollower): boolean =>
      next.versions.every((version) => loaded.has(versionName(version)));
    const lacking = this.#followers().filter((one) => !isThere(one));
    // While nobody answers yet, nobody is kept from answering.
    const turns = this.#current ? lacking.map((one) => [one]) : [lacking];
    try {
      for (const turn of turns) {
        await this.#send('prepare', this.#numbered(union(this.#current ?? NOTHING, next)), turn);
        if (this.#newest !== next.sequence) return false;
      }
      return true;
    } catch (error) {
      // What some have loaded for it is let go again.
      const rest = this.#numbered(this.#current ?? NOTHING);
      this.#send('prepare', rest, this.#followers()).catch(() => undefined);
      throw error;
    }
  }

  #numbered(snapshot: PlaneSnapshot): PlaneSnapshot {
    return { ...snapshot, sequence: ++this.#sequence };
  }

  #send(
    kind: 'prepare' | 'follow',
    snapshot: PlaneSnapshot,
    to: readonly PublicationFollower[],
  ): Promise<void> {
    const settle = Promise.withResolvers<void>();
    const round = { missing: new Set(to.map(({ worker }) => worker)), settle };
    this.#rounds.set(snapshot.sequence, round);
    if (to.length === 0) this.#end(snapshot.sequence, round, null);
    for (const follower of to) follower.tell(kind, snapshot);
    return settle.promise;
  }

  #end(sequence: number, { settle }: Round, error: PlimsollError | null): void {
    this.#rounds.delete(sequence);
    if (error) settle.reject(error);
    else settle.resolve();
  }
}

const NOTHING: PlaneSnapshot = { sequence: 0, versions: [], routes: [] };

/** The versions of both, the routes of the first. */
function union(current: PlaneSnapshot, next: PlaneSnapshot): PlaneSnapshot {
  const all = [...current.versions, ...next.versions].map((one) => [versionName(one), one] as const);
  return { ...current, versions: [...new Map(all).values()] };
}
