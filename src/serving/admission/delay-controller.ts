/** What a queue may delay, in milliseconds. */
export interface DelayRule {
  /** What may stand in it for good. */
  readonly standing: number;
  /** What may stand in it while it sheds: less, since clients that have been sent away are not to be sent away in vain. */
  readonly target: number;
  /** How long it may stay above what may stand without becoming shorter. */
  readonly interval: number;
  /** What a burst may fill it to while it does not shed. */
  readonly burst: number;
  /** How long nothing was refused when it stops. */
  readonly calm: number;
}

/** Growth of a delay for the time that passes: half of this much more comes than can be done. Clients that wait for answers cause none. */
const GROWING = 0.5;
/** Part of the interval after which that is believed. */
const EARLY = 0.5;
/** Part of the interval within which all that comes is one burst. */
const AT_ONCE = 0.1;

/**
 * Tells a burst, which passes, from a queue that stands, as CoDel does (RFC 8289 §3.1: its delay has not been under the
 * target for an interval), and answers with the two limits of Maurer, "Fail at Scale" (ACM Queue 13(8), 2015): a long queue
 * as long as it empties, a short one when it does not. A queue that becomes shorter is a burst, however long ago the
 * target was passed; one that grows fast is waited for half as long. Shedding ends once all has fitted into the short queue for a while: load that is refused never looks
 * like load that has gone, so nothing swings between the two. Times are in milliseconds of one clock. Pure.
 */
export class DelayController {
  #isShedding = false;
  #lastRefused = 0;
  /** Since when the delay has been above what may stand, and what it was at first; null while it is not. */
  #standing: { readonly since: number; delay: number } | null = null;

  get isShedding(): boolean {
    return this.#isShedding;
  }

  /** The longest delay that one who arrives now may find, where `delay` is what it finds. */
  limit(rule: DelayRule, delay: number, now: number): number {
    if (this.#isShedding && now - this.#lastRefused > rule.calm) this.#isShedding = false;
    if (delay <= rule.standing) this.#standing = null;
    else if (!this.#isShedding) this.#watch(rule, delay, now);
    return this.#isShedding ? rule.target : rule.burst;
  }

  /** Nobody waits. */
  rest(): void {
    this.#standing = null;
  }

  /** Somebody was refused, because the delay was above the limit. */
  refused(now: number): void {
    this.#isShedding = true;
    this.#lastRefused = now;
    this.#standing = null;
  }

  #watch({ interval }: DelayRule, delay: number, now: number): void {
    this.#standing ??= { since: now, delay };
    const standing = this.#standing;
    const time = now - standing.since;
    if (time < AT_ONCE * interval) standing.delay = Math.max(standing.delay, delay);
    const growth = delay - standing.delay;
    const isGrowing = time > EARLY * interval && growth > GROWING * time;
    if (time <= interval && !isGrowing) return;
    if (growth >= 0) this.refused(now);
    else this.#standing = { since: now, delay };
  }
}
