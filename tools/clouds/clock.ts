/** The time that things of a cloud take: that of this machine, or one that tests pass by hand. */
export interface CloudClock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Does what was begun once it has taken its time. */
  after(millis: number, work: () => unknown): void;
  /** Settles once nothing is on its way. */
  quiet(): Promise<void>;
  /** Forgets what is on its way. */
  clear(): void;
  /** What takes it back to this moment and what is on its way now; where time cannot go back, that is forgotten. */
  keep(): () => void;
}

export class WallClock implements CloudClock {
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  readonly #running = new Set<Promise<void>>();

  now(): number {
    return performance.now();
  }

  after(millis: number, work: () => unknown): void {
    const running = new Promise<void>((resolve) => {
      const timer = setTimeout(async () => {
        this.#timers.delete(timer);
        await work();
        resolve();
      }, millis);
      this.#timers.set(timer, resolve);
    }).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async quiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  clear(): void {
    for (const [timer, resolve] of this.#timers) {
      clearTimeout(timer);
      resolve();
    }
    this.#timers.clear();
  }

  keep(): () => void {
    return () => this.clear();
  }
}

/** Stands still, but for what waits: `sleep` is what those wait by who look at the cloud. The same each time. */
export class HandClock implements CloudClock {
  #now = 0;
  #due: { readonly at: number; readonly work: () => unknown }[] = [];

  now(): number {
    return this.#now;
  }

  after(millis: number, work: () => unknown): void {
    const at = this.#now + millis;
    const later = this.#due.findIndex((one) => one.at > at);
    this.#due.splice(later === -1 ? this.#due.length : later, 0, { at, work });
  }

  /** Lets time pass, and happen what happens in it. */
  readonly sleep = async (millis: number): Promise<void> => {
    const until = this.#now + millis;
    for (let next = this.#due[0]; next !== undefined && next.at <= until; next = this.#due[0]) {
      this.#due.shift();
      this.#now = next.at;
      await next.work();
    }
    this.#now = Math.max(this.#now, until);
  };

  /** In how many milliseconds each thing will happen that is on its way. */
  dueIn(): readonly number[] {
    return this.#due.map(({ at }) => at - this.#now);
  }

  async quiet(): Promise<void> {
    for (let last = this.#due.at(-1); last !== undefined; last = this.#due.at(-1))
      await this.sleep(last.at - this.#now);
  }

  clear(): void {
    this.#due = [];
  }

  keep(): () => void {
    const [now, due] = [this.#now, [...this.#due]];
    return () => {
      this.#now = now;
      this.#due = [...due];
    };
  }
}
