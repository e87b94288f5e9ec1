/** Part of the time that refusing may take while others wait to be answered. */
const SHARE = 0.1;
/** What one refusal costs in microseconds: reading its request, writing its answer (`npm run bench -- overload`). */
const REFUSAL_MICROS = 25;
/** Refusals that go out at once, however little time has passed. */
const AT_ONCE = 100;
/** Milliseconds that a refusal waits at most, and how many may wait. */
const HOLD_MILLIS = 1000;
const MOST_HELD = 2048;

interface Held {
  readonly since: number;
  readonly send: () => void;
}

/**
 * Refusals on their way. Under four times the load refusing would take the time that answers need, and whoever is refused at
 * once comes again at once: refusals have a part of the time, and wait for it for a second at most, as in the tarpit of
 * HAProxy (`http-request tarpit`). A client that waits for its refusal sends nothing meanwhile. Times are in milliseconds
 * of one clock. Pure.
 */
export class Tarpit {
  #held: Held[] = [];
  /** Microseconds that may be spent. */
  #credit = AT_ONCE * REFUSAL_MICROS;
  #at = 0;

  get length(): number {
    return this.#held.length;
  }

  /** Sent by one of the next calls of `release`. */
  hold(now: number, send: () => void): void {
    this.#held.push({ since: now, send });
  }

  /** Sends what there is time for, and what has waited long enough; `isBusy` says that answers need the time. */
  release(now: number, isBusy: boolean): void {
    const most = AT_ONCE * REFUSAL_MICROS;
    const earned = isBusy ? (now - this.#at) * 1000 * SHARE : most;
    this.#credit = Math.min(most, this.#credit + earned);
    this.#at = now;
    let sent = 0;
    while (sent < this.#held.length && this.#isDue(this.#held[sent]!, this.#held.length - sent, now)) {
      this.#credit = Math.max(0, this.#credit - REFUSAL_MICROS);
      this.#held[sent++]!.send();
    }
    this.#held = this.#held.slice(sent);
  }

  #isDue({ since }: Held, held: number, now: number): boolean {
    return this.#credit >= REFUSAL_MICROS || now - since >= HOLD_MILLIS || held > MOST_HELD;
  }
}
