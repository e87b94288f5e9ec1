/** The cheapest replicas that serve a load. Pure. */
import { predictOnline } from '../capacity/online.ts';
import { usualPlace } from '../capacity/place.ts';
import type { QueueTimes } from '../capacity/queue.ts';
import { saturationOf } from '../capacity/saturation.ts';
import { type Demand, MOST_USED, type Size, sizeOnline } from '../capacity/sizing.ts';
import type { ServingSize } from './option.ts';
import { type Offer, offersOf } from './place-price.ts';
import type { Situation } from './situation.ts';

export interface Served {
  readonly size: Size;
  readonly serving: ServingSize;
  /** Price of all replicas, an hour. */
  readonly hour: number;
}

/** The cheapest of all sizes of the platform; null where none serves it. */
export function cheapestServing(situation: Situation, demand: Omit<Demand, 'cores'>): Served | null {
  const { p99, at = 'p99' } = demand;
  if (p99 !== null && fastestAt(situation, demand.rows, at) > p99) return null;
  let best: Served | null = null;
  for (const offer of replicaOffers(situation)) {
    const { instance, cores, hour } = offer;
    // Queues are simulated only where their machines could be cheaper.
    if (best !== null && leastHour(situation, offer, demand) >= best.hour) continue;
    const size = sizeOnline(situation.cost, { ...demand, cores });
    if (size === null) continue;
    const memory = size.memory / size.replicas;
    const price = hour(memory);
    if (price === null || (best !== null && price * size.replicas >= best.hour)) continue;
    best = { size, serving: servingOf(size, demand, memory, instance), hour: price * size.replicas };
  }
  return best;
}

/** Cores of the largest replica: several small ones lose less with one of them. */
const CORES_MOST = 8;

/** Sizes for replicas that hold the model; larger ones only where it fits into no other. */
function replicaOffers(situation: Situation): readonly Offer[] {
  const { memory, awayMemory } = situation.cost.online;
  const offers = offersOf(situation).filter(({ hour }) => hour(memory + awayMemory) !== null);
  const small = offers.filter(({ cores }) => cores <= CORES_MOST);
  return small.length > 0 ? small : offers;
}

/** Milliseconds of a request that nobody else is in the way of: more cores do not make it faster. */
export const fastestAt = ({ cost }: Situation, rows: number, at: keyof QueueTimes): number =>
  predictOnline(cost, usualPlace(2), { rows, rate: 0 }).millis?.[at] ?? Infinity;

/** What the replicas cost an hour at least, if they were used as much as they may be. */
function leastHour(
  { cost }: Situation,
  { cores, hour }: Offer,
  { rows, peak, spare = 0 }: Omit<Demand, 'cores'>,
): number {
  const { rate } = saturationOf(cost.online, usualPlace(cores), rows);
  return (Math.ceil(peak / (MOST_USED * rate)) + spare) * (hour(0) ?? Infinity);
}

function servingOf(
  { replicas, place, perReplica }: Size,
  { rate, spare = 0 }: Omit<Demand, 'cores'>,
  memory: number,
  instance: string | null,
): ServingSize {
  return {
    least: Math.min(replicas, Math.max(1, Math.ceil(rate / perReplica)) + spare),
    most: replicas,
    workers: place.workers,
    cores: place.cores,
    memory,
    perReplica,
    instance,
  };
}
