/** Replicas that a load needs: for a latency, at its peak, with some of them lost. Pure. */
import type { ModelCost } from '../cost/model-cost.ts';
import { type OnlinePrediction, predictOnline } from './online.ts';
import { type Place, usualPlace } from './place.ts';
import type { QueueTimes } from './queue.ts';

export interface Demand {
  /** Rows of a request. */
  readonly rows: number;
  /** Requests a second on average, and at the peak that is to be withstood. */
  readonly rate: number;
  readonly peak: number;
  readonly burstiness?: number | undefined;
  /** Milliseconds that 99 of 100 answers are to take at most, or the share that `at` names; null where that does not matter. */
  readonly p99: number | null;
  /** @default {'p99'} */
  readonly at?: keyof QueueTimes | undefined;
  /** Replicas that may be lost at the peak. @default {1} */
  readonly spare?: number | undefined;
  /** Cores of one replica. */
  readonly cores: number;
}

export interface Size {
  readonly replicas: number;
  readonly place: Place;
  /** Cores and bytes of all replicas together. */
  readonly cores: number;
  readonly memory: number;
  readonly atRate: OnlinePrediction;
  readonly atPeak: OnlinePrediction;
  /** At the peak with the spare replicas lost; null where none is spare. */
  readonly withLoss: OnlinePrediction | null;
  /** Requests a second that one replica takes within the latency and the share of its saturation that it may be used to. */
  readonly perReplica: number;
}

/** Share of its saturation that a replica is used to at most: above, small errors of the rate are large ones of the latency. */
export const MOST_USED = 0.8;

/** Milliseconds that 99 of 100 answers take at least, where nobody waits. */
export const leastP99 = (cost: ModelCost, { rows, cores }: Pick<Demand, 'rows' | 'cores'>): number =>
  predictOnline(cost, usualPlace(cores), { rows, rate: 0 }).millis!.p99;

/** The fewest replicas; null where even one that nobody else asks is too slow: `leastP99` is what can be had. */
export function sizeOnline(cost: ModelCost, demand: Demand): Size | null {
  const { rows, rate, peak, burstiness, spare = 1, cores } = demand;
  const place = usualPlace(cores);
  const perReplica = mostRate(cost, place, demand);
  if (perReplica === 0) return null;
  const needed = Math.max(1, Math.ceil(peak / perReplica));
  const replicas = needed + spare;
  const under = (load: number, on: number): OnlinePrediction =>
    predictOnline(cost, place, { rows, rate: load, burstiness }, on);
  return {
    replicas,
    place,
    cores: replicas * cores,
    memory: replicas * replicaMemory(cost, place, rows),
    atRate: under(rate, replicas),
    atPeak: under(peak, replicas),
    withLoss: spare > 0 ? under(peak, needed) : null,
    perReplica,
  };
}

const STEPS = 20;

/** Requests a second that one replica takes within the latency; 0 where none. */
function mostRate(cost: ModelCost, place: Place, { rows, burstiness, p99, at = 'p99' }: Demand): number {
  const fits = (rate: number): boolean => {
    const { millis } = predictOnline(cost, place, { rows, rate, burstiness });
    return p99 === null || (millis !== null && millis[at] <= p99);
  };
  const most = MOST_USED * predictOnline(cost, place, { rows, rate: 0 }).saturation.rate;
  if (fits(most)) return most;
  let [low, high] = [0, most];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return fits(0) ? low : 0;
}

/** Bytes of one replica. */
export function replicaMemory(
  { online }: ModelCost,
  { workers, threads, processes }: Place,
  rows: number,
): number {
  const { memory, awayMemory, loopRows, away } = online;
  const servers = rows <= loopRows ? 0 : away === 'threads' ? threads : processes;
  return workers * (memory + servers * awayMemory);
}
