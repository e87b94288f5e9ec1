/** Requests a second beyond which a queue grows for ever, and what is used up there. Pure. */
import type { OnlineCost } from '../cost/model-cost.ts';
import { type RequestCost, requestCost } from '../cost/request-cost.ts';
import type { Place } from './place.ts';

/** What one replica runs out of: its event loops, its scoring threads, its processes of models, or its cores. */
export type Bottleneck = 'loop' | 'threads' | 'processes' | 'cores';

export interface Saturation {
  /** Requests a second of one replica. */
  readonly rate: number;
  readonly limit: Bottleneck;
}

const SECOND_MICROS = 1e6;

/** Threads or processes beside each event loop that score requests of the kind. */
export const serversOf = ({ away }: OnlineCost, { threads, processes }: Place): number =>
  away === 'threads' ? threads : processes;

/** What one replica takes of requests of `rows` rows. */
export function saturationOf(cost: OnlineCost, place: Place, rows: number): Saturation {
  const request = requestCost(cost, rows);
  const bounds: Saturation[] = [
    { limit: 'loop', rate: rateOf(place, cost, place.workers, request.loop) },
    { limit: 'cores', rate: rateOf(place, cost, place.cores, request.total + place.client) },
  ];
  if (request.lane !== 'loop') bounds.push({ limit: request.lane, rate: awayRate(cost, place, request) });
  return bounds.reduce((least, bound) => (bound.rate < least.rate ? bound : least));
}

const awayRate = (cost: OnlineCost, place: Place, { away }: RequestCost): number =>
  rateOf(place, cost, place.workers * serversOf(cost, place), away);

/** Requests a second of `running` that take `micros` each, beside each other on the cores of the place. */
function rateOf({ cores }: Place, { contention }: OnlineCost, running: number, micros: number): number {
  const beside = cores <= 1 ? 0 : Math.min(1, (running - 1) / (cores - 1));
  return (running * SECOND_MICROS) / (micros * (1 + (contention - 1) * beside));
}
