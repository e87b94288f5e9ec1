/** Times in a queue as a curve over its utilisation: a simulation for each of a few points, kept by the queue's shape. Pure. */
import { type QueueShape, type QueueTimes, simulateQueue } from './queue.ts';

/** Where curves are simulated. Between two points times are interpolated, above the last they grow as `1 / (1 − utilisation)`. */
const POINTS = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.97] as const;
const CURVES_KEPT = 64;

type Curve = Map<number, QueueTimes>;
/** By shape, the one used last at the end. */
const curves = new Map<string, Curve>();

/**
 * Times from arrival to end, in multiples of the mean work of a job, in a queue that is used by a share `utilisation` of what it can do;
 * null from 1 on, where it grows for ever.
 */
export function queueTimes(shape: QueueShape, utilisation: number): QueueTimes | null {
  if (!(utilisation < 1)) return null;
  const alone = uncoupled(shape);
  const curve = curveOf(alone);
  const above = POINTS.findIndex((point) => point >= utilisation);
  if (above === 0) return timesAt(alone, curve, POINTS[0]);
  const last = POINTS.at(-1)!;
  const [from, to] = above < 0 ? [last, last] : [POINTS[above - 1]!, POINTS[above]!];
  const [low, high] = [timesAt(alone, curve, from), timesAt(alone, curve, to)];
  const part = above < 0 ? 0 : (utilisation - from) / (to - from);
  const between = (key: keyof QueueTimes): number => {
    // What is left of the pole is nearly a line: Pollaczek and Khinchine's mean is `1 + ρ (1 + cv²) / 2 / (1 − ρ)`.
    const [a, b] = [low[key] * (1 - from), high[key] * (1 - to)];
    return (a + part * (b - a)) / (1 - utilisation);
  };
  return {
    mean: between('mean'),
    p50: between('p50'),
    p90: between('p90'),
    p99: between('p99'),
    p999: between('p999'),
  };
}

/** Queues that share no core do not know of each other: one of them stands for all, with its part of the arrivals. */
function uncoupled(shape: QueueShape): QueueShape {
  const { queues, servers, cores, contention, burstiness } = shape;
  if (queues === 1 || queues * servers > cores || contention !== 1) return shape;
  // Who is drawn with a chance of 1/n from a renewal stream (Whitt 1983, "The queueing network analyzer", eq. 33).
  return { ...shape, queues: 1, cores: servers, burstiness: 1 + (burstiness - 1) / queues };
}

function curveOf(shape: QueueShape): Curve {
  const key = keyOf(shape);
  const curve = curves.get(key) ?? new Map<number, QueueTimes>();
  curves.delete(key);
  curves.set(key, curve);
  const oldest = curves.keys().next().value;
  if (curves.size > CURVES_KEPT && oldest !== undefined) curves.delete(oldest);
  return curve;
}

/** Spreads are long, and the same one is asked about again and again. */
const spreadKeys = new WeakMap<readonly number[], string>();

function keyOf({ spread, ...numbers }: QueueShape): string {
  const known = spreadKeys.get(spread) ?? spread.join(' ');
  spreadKeys.set(spread, known);
  return `${JSON.stringify(numbers)} ${known}`;
}

function timesAt(shape: QueueShape, curve: Curve, point: number): QueueTimes {
  const known = curve.get(point) ?? simulateQueue(shape, point);
  curve.set(point, known);
  return known;
}
