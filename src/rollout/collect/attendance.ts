/** Which workers are there, and since when: a window waits for their parts. Pure. */

/** Key of one life of a worker. */
export const lifeOf = (worker: string, epoch: number): string => `${epoch} ${worker}`;

export class Attendance {
  /** Milliseconds since the epoch at which each life began. */
  readonly #joined = new Map<string, number>();
  /** Newest life of each worker that has ended: what it sent before may still arrive. */
  readonly #ended = new Map<string, number>();

  /** Told again, or heard of by a piece of its own, it has been there since the first time. */
  join(worker: string, epoch: number, now: number): void {
    const life = lifeOf(worker, epoch);
    if (epoch <= (this.#ended.get(worker) ?? -Infinity) || this.#joined.has(life)) return;
    this.#joined.set(life, now);
  }

  leave(worker: string, epoch: number): void {
    this.#joined.delete(lifeOf(worker, epoch));
    this.#ended.set(worker, Math.max(epoch, this.#ended.get(worker) ?? epoch));
  }

  isHere(life: string): boolean {
    return this.#joined.has(life);
  }

  /** Lives that had begun by `start`. */
  since(start: number): string[] {
    return [...this.#joined].flatMap(([life, joined]) => (joined <= start ? [life] : []));
  }
}
