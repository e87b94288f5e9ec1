/**
 * The knee: the highest rate that a server keeps up with. It keeps up with a rate of a Poisson stream where
 *
 * 1. at least 99 of 100 requests are answered 2xx within a limit: what Jain calls usable capacity, the throughput that is achieved without
 *    exceeding a given limit on response time (The Art of Computer Systems Performance Analysis, 1991, section 3.3). One number
 *    holds goodput, failures and p99 at once: what is refused, lost or late is not answered in time.
 * 2. the queue does not grow: when the stream ends, no more requests are under way than are so anyway (the rate times what an answer takes
 *    under little load, Little's law) and chance adds. Beyond its capacity a queue grows by the surplus, which is more than the
 *    standard deviation √n of n arrivals once it has lasted a while, whatever the limit.
 *
 * Pure.
 */
import type { PhaseOutcome } from '../load-order.ts';

/** Share of the arrivals that are to be answered in time. */
const KEPT_SHARE = 0.99;
/** What a pause of a collector, or of a neighbour on the machine, leaves waiting at the end of a stream is no queue that grows. */
const PAUSE_SECONDS = 0.02;

/** Rates that were tried, in requests a second. */
export interface TriedRate {
  readonly rate: number;
  readonly keepsUp: boolean;
}

export interface Knee {
  /** Requests a second. */
  readonly rate: number;
  /** The lowest rate that was tried above it, which was too much; null where none was. */
  readonly beyond: number | null;
}

/** Shares of the peak of a closed loop that are tried, one after the other, until one is too much. */
const LADDER = [0.5, 0.7, 0.85, 1, 1.2];
const UP = 1.5;
const DOWN = 0.6;
/** A knee is found where the rate above it that is too much is no more than so many times as high. */
const CLOSE = 1.04;
/** Below this share of the peak a server keeps up with nothing. */
const LEAST = 0.01;

/** `usual`: mean milliseconds of an answer under little load. */
export function keepsUp(
  { arrived, inTime, pending, seconds }: Pick<PhaseOutcome, 'arrived' | 'inTime' | 'pending' | 'seconds'>,
  usual: number,
): boolean {
  const rate = arrived / seconds;
  const chance = Math.max(Math.sqrt(arrived), rate * PAUSE_SECONDS);
  return arrived > 0 && inTime >= KEPT_SHARE * arrived && pending <= chance + (rate * usual) / 1000;
}

/**
 * The knee of what was tried: the highest rate that was kept up with. That a lower one was too much is chance, or a neighbour on the
 * machine: load only ever adds to what answers take.
 */
export function kneeOf(tried: readonly TriedRate[]): Knee | null {
  const good = tried.filter((one) => one.keepsUp).map(({ rate }) => rate);
  if (good.length === 0) return null;
  const rate = Math.max(...good);
  const above = tried.map((one) => one.rate).filter((other) => other > rate);
  return { rate, beyond: above.length === 0 ? null : Math.min(...above) };
}

/**
 * The rate to try next: up the ladder until one is too much, then halfway (in ratio) between the knee so far and what is too much;
 * null where the knee is known closely enough, or `most` is kept up with.
 */
export function nextRate(tried: readonly TriedRate[], peak: number, most: number): number | null {
  const knee = kneeOf(tried);
  if (knee === null) return below(tried, peak);
  if (knee.beyond !== null)
    return knee.beyond / knee.rate > CLOSE ? Math.sqrt(knee.rate * knee.beyond) : null;
  if (knee.rate >= most) return null;
  const rung = LADDER.map((share) => share * peak).find((rate) => rate > knee.rate * CLOSE);
  return Math.min(most, rung ?? knee.rate * UP);
}

/** Nothing was kept up with yet. */
function below(tried: readonly TriedRate[], peak: number): number | null {
  if (tried.length === 0) return LADDER[0]! * peak;
  const lower = DOWN * Math.min(...tried.map(({ rate }) => rate));
  return lower < LEAST * peak ? null : lower;
}
