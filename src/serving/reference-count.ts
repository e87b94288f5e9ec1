/** Counts who uses something that must not be closed under them. Pure. */
export class ReferenceCount {
  #users = 0;
  #waiting: (() => void)[] = [];

  get users(): number {
    return this.#users;
  }

  begin(): void {
    this.#users++;
  }

  end(): void {
    if (--this.#users > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Settles when nobody uses it, at once where nobody does. */
  idle(): Promise<void> {
    return this.#users === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#waiting.push(resolve);
        });
  }
}
