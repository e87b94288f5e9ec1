/** Which workers are there, and since when: a window waits for their parts. Pure. */

/** Key of one life of a worker. */
export const workerEpochKey = (worker: string, epoch: number): string => `${epoch} ${worker}`;

export class WorkerMembership {
  /** Milliseconds since the epoch at which each life began. */
  readonly #joined = new Map<string, number>();
  /** Newest life of each worker that has ended: what it sent before may still arrive. */
  readonly #ended = new Map<string, number>();
  /** Lives that have ended, from when to when they were there: what they did not send is missing. */
  readonly #past = new Map<string, { readonly joined: number; readonly left: number }>();

  /** Told again, or heard of by a piece of its own, it has been there since the first time. */
  join(worker: string, epoch: number, now: number): void {
    const life = workerEpochKey(worker, epoch);
    if (epoch <= (this.#ended.get(worker) ?? -Infinity) || this.#joined.has(life)) return;
    this.#joined.set(life, now);
  }

  leave(worker: string, epoch: number, now: number): void {
    const life = workerEpochKey(worker, epoch);
    const joined = this.#joined.get(life);
    if (joined !== undefined) this.#past.set(life, { joined, left: now });
    this.#joined.delete(life);
    this.#ended.set(worker, Math.max(epoch, this.#ended.get(worker) ?? epoch));
  }

  isHere(life: string): boolean {
    return this.#joined.has(life);
  }

  /** Lives that were there at `start`. */
  at(start: number): string[] {
    const here = [...this.#joined].flatMap(([life, joined]) => (joined <= start ? [life] : []));
    const gone = [...this.#past].filter(([, { joined, left }]) => joined <= start && start < left);
    return [...here, ...gone.map(([life]) => life)];
  }

  /** Forgets lives that ended before `start`: no window that begins later is asked about them. */
  forget(start: number): void {
    for (const [life, { left }] of this.#past) if (left <= start) this.#past.delete(life);
  }
}
