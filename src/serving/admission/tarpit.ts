/** Part of the time that refusing may take while others wait to be answered. */
const SHARE = 0.1;
/** What one refusal costs in microseconds: reading its request, writing its answer (`npm run bench -- overload`). */
const REFUSAL_MICROS = 25;
/** What reading and forgetting a byte of a body costs. */
const BYTE_MICROS = 0.002;
/** Bytes of bodies that may lie unread with those that wait, and how much of one body does: the rest stays with its client. */
const MOST_BYTES = 32 << 20;
const BODY_BYTES = 64 << 10;
/** Refusals that go out at once, however little time has passed. */
const AT_ONCE = 100;
/** Milliseconds that a refusal waits at most, and how many may wait. */
const HOLD_MILLIS = 1000;
const MOST_HELD = 2048;

interface Held {
  readonly since: number;
  /** Bytes of its body. */
  readonly bytes: number;
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
  /** Bytes that lie unread. */
  #unread = 0;
  /** Microseconds that may be spent. */
  #credit = AT_ONCE * REFUSAL_MICROS;
  #at = 0;

  get length(): number {
    return this.#held.length;
  }

  /** Sent by one of the next calls of `release`. */
  hold(now: number, bytes: number, send: () => void): void {
    this.#held.push({ since: now, bytes, send });
    this.#unread += Math.min(bytes, BODY_BYTES);
  }

  /** Sends what there is time for, and what has waited long enough; `isBusy` says that answers need the time. */
  release(now: number, isBusy: boolean): void {
    const most = AT_ONCE * REFUSAL_MICROS;
    const earned = isBusy ? (now - this.#at) * 1000 * SHARE : most;
    this.#credit = Math.min(most, this.#credit + earned);
    this.#at = now;
    let sent = 0;
    for (const held of this.#held) {
      if (!this.#isDue(held, this.#held.length - sent, now)) break;
      const { bytes, send } = held;
      sent++;
      this.#credit -= REFUSAL_MICROS + bytes * BYTE_MICROS;
      this.#unread -= Math.min(bytes, BODY_BYTES);
      send();
    }
    this.#held = this.#held.slice(sent);
    // What had to go out is no debt.
    this.#credit = Math.max(0, this.#credit);
  }

  #isDue({ since }: Held, held: number, now: number): boolean {
    const isFull = held > MOST_HELD || this.#unread > MOST_BYTES;
    return this.#credit >= REFUSAL_MICROS || now - since >= HOLD_MILLIS || isFull;
  }
}
