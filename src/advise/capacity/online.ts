/** How long answers take at a given load. Pure. */
import type { ModelCost, OnlineCost } from '../cost/model-cost.ts';
import { microsAt, type RequestCost, requestCost } from '../cost/request-cost.ts';
import type { Place } from './place.ts';
import type { QueueShape, QueueTimes } from './queue.ts';
import { queueTimes } from './queue-times.ts';
import { type Saturation, saturationOf, serversOf } from './saturation.ts';

/** Requests of one kind. */
export interface OnlineLoad {
  /** Rows of a request. */
  readonly rows: number;
  /** Requests a second, of all replicas together. */
  readonly rate: number;
  /** Squared coefficient of variation of the gaps between them. @default {1}: independent clients, a Poisson stream */
  readonly burstiness?: number | undefined;
}

/** What is to be expected of so many replicas, each of which gets an even part of the requests at random. */
export interface OnlinePrediction {
  readonly request: RequestCost;
  /** Requests a second of all replicas together, and what is used up there. */
  readonly saturation: Saturation;
  /** Rows a second at saturation. */
  readonly rowsPerSecond: number;
  /** Share of the saturation that is asked for; above 1, the queue grows until requests are refused. */
  readonly utilisation: number;
  /** Milliseconds from request to answer; null at saturation and above. */
  readonly millis: QueueTimes | null;
}

/** Predicts what `replicas` of a place do under a load. */
export function predictOnline(
  { online }: Pick<ModelCost, 'online'>,
  place: Place,
  { rows, rate, burstiness = 1 }: OnlineLoad,
  replicas = 1,
): OnlinePrediction {
  const request = requestCost(online, rows);
  const one = saturationOf(online, place, rows);
  const utilisation = rate / (replicas * one.rate);
  const shape = shapeOf(online, place, { rows, request, burstiness: 1 + (burstiness - 1) / replicas });
  const times = queueTimes(shape, utilisation);
  return {
    request,
    saturation: { ...one, rate: replicas * one.rate },
    rowsPerSecond: replicas * one.rate * rows,
    utilisation,
    millis: times && millisOf(times, workOf(request), pauseOf(online, request)),
  };
}

/** Microseconds for which a request holds the server that it waits for. */
const workOf = ({ loop, away }: RequestCost): number => loop + away;

const pauseOf = ({ pause }: OnlineCost, { lane }: RequestCost): number =>
  lane === 'loop' ? pause.loop : pause.away;

/** The queue that requests wait in: before each event loop, or before the threads or processes beside it. */
function shapeOf(
  cost: OnlineCost,
  place: Place,
  { rows, request, burstiness }: { rows: number; request: RequestCost; burstiness: number },
): QueueShape {
  const { contention } = cost;
  const { lane } = request;
  const spread = lane === 'loop' ? cost.spread : (cost.awaySpread ?? cost.spread);
  const { workers, cores } = place;
  const servers = lane === 'loop' ? 1 : serversOf(cost, place);
  const rested = 1 + restedMicros(cost, lane, rows) / workOf(request);
  return { queues: workers, servers, cores, contention, spread, rested, burstiness };
}

const restedMicros = ({ rested }: OnlineCost, lane: RequestCost['lane'], rows: number): number =>
  rested === undefined ? 0 : microsAt(lane === 'loop' ? rested.loop : rested.away, rows);

function millisOf(times: QueueTimes, work: number, pause: number): QueueTimes {
  const millis = (time: number): number => (time * work + pause) / 1000;
  return {
    mean: millis(times.mean),
    p50: millis(times.p50),
    p90: millis(times.p90),
    p99: millis(times.p99),
    p999: millis(times.p999),
  };
}
