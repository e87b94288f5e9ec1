/** What versions were asked and answered over a range of time, from the cells that were kept of it. */
import { setImmediate as turn } from 'node:timers/promises';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS } from '../../metrics/duration-buckets.ts';
import type { TrafficRow } from '../../store/store.ts';
import { TRAFFIC_STEPS } from '../../store/traffic-steps.ts';
import type { TrafficHistoryView, TrafficRange } from '../port.ts';
import { durationsOf, quantilesOf } from './version-traffic.ts';

/** Which cells answer it, and how many of them make a point. */
export interface CellRange {
  readonly from: number;
  readonly to: number;
  /** Milliseconds of a point: a multiple of `cell`. */
  readonly step: number;
  readonly cell: number;
}

const HOUR = 3_600_000;
/** Points of an answer, where nothing else is asked for; and at most. */
const POINTS = 180;
const POINTS_MOST = 500;

/** The last hour where nothing is said. A range that begins before all that is kept begins with what is kept. */
export function cellRangeOf({ from, to, last = HOUR, step }: TrafficRange, now: number): CellRange {
  const end = Math.min(to ?? now, now);
  const [oldest] = TRAFFIC_STEPS.map(({ kept }) => now - kept).toSorted((a, b) => a - b);
  const begin = Math.max(Math.min(from ?? end - last, end), oldest ?? 0);
  const span = Math.max(1, end - begin);
  const wanted = Math.min(Math.max(step ?? span / POINTS, span / POINTS_MOST), now - (oldest ?? 0));
  const covering = TRAFFIC_STEPS.filter(({ kept }) => now - begin <= kept);
  const { step: cell } = covering.findLast((one) => one.step <= wanted) ?? covering[0] ?? { step: HOUR };
  const whole = cell * Math.max(1, Math.ceil(wanted / cell - 1e-9));
  return { from: Math.floor(begin / whole) * whole, to: end, step: whole, cell };
}

type Point = TrafficHistoryView['versions'][number]['points'][number];

/** What the cells of one point come to. */
interface PointSum extends Omit<Point, 'requests' | 'latency' | 'durations'> {
  readonly answered: number;
  readonly times: Float64Array;
}

const COUNTS = ['answered', 'invalid', 'failed', 'overloaded', 'cancelled'] as const;

/** Milliseconds of cells that are read at once, and points that are told at once: whoever else is served on this loop has a turn after them. */
const partOf = ({ cell }: CellRange): number => 8 * cell;
const POINTS_AT_ONCE = 8;

/**
 * Cells of all replicas, summed to points; one without any cell is left out. `read` gives those that begin in [from, to): they
 * are many where the range is long, so that it is asked for them in parts.
 */
export async function trafficHistoryOf(
  range: CellRange,
  read: (from: number, to: number) => Promise<readonly TrafficRow[]>,
): Promise<TrafficHistoryView['versions']> {
  const sums = new Map<number, Map<number, PointSum>>();
  for (let from = range.from; from < range.to; from += partOf(range)) {
    addCells(sums, await read(from, Math.min(range.to, from + partOf(range))), range);
    await turn();
  }
  const versions: { readonly version: number; readonly points: Point[] }[] = [];
  for (const [version, own] of [...sums].toSorted(([a], [b]) => a - b)) {
    const points: Point[] = [];
    for (const sum of own.values()) {
      points.push(pointOf(sum));
      if (points.length % POINTS_AT_ONCE === 0) await turn();
    }
    versions.push({ version, points });
  }
  return versions;
}

/** They come by time, so that points do. */
function addCells(
  sums: Map<number, Map<number, PointSum>>,
  rows: readonly TrafficRow[],
  { step }: CellRange,
): void {
  for (const row of rows) {
    const own = sums.get(row.version) ?? new Map<number, PointSum>();
    sums.set(row.version, own);
    const at = Math.floor(row.at / step) * step;
    own.set(at, withCell(own.get(at) ?? emptyPoint(at), row));
  }
}

const emptyPoint = (at: number): PointSum => ({
  ...{ at, answered: 0, invalid: 0, failed: 0, overloaded: 0, cancelled: 0 },
  times: new Float64Array(DURATION_CELLS),
});

function withCell(sum: PointSum, row: TrafficRow): PointSum {
  for (const [k = DURATION_CELLS, count = 0] of row.times) if (k < DURATION_CELLS) addAt(sum.times, k, count);
  const counts = Object.fromEntries(COUNTS.map((name) => [name, sum[name] + row[name]]));
  return { ...sum, ...counts };
}

function pointOf({ at, answered, times, ...counts }: PointSum): Point {
  return {
    at,
    requests: Object.values(counts).reduce((all, count) => all + count, answered),
    ...counts,
    latency: quantilesOf(times),
    durations: durationsOf(times).map(([bound, count]) => [bound, count]),
  };
}
