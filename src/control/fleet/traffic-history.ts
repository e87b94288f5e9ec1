/** What versions were asked and answered over a range of time, from the cells that were kept of it. Pure. */
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
  const wanted = Math.max(step ?? span / POINTS, span / POINTS_MOST);
  const covering = TRAFFIC_STEPS.filter(({ kept }) => now - begin <= kept);
  const { step: cell } = covering.findLast((one) => one.step <= wanted) ?? covering[0] ?? { step: HOUR };
  const whole = cell * Math.max(1, Math.ceil(wanted / cell - 1e-9));
  return { from: Math.floor(begin / whole) * whole, to: end, step: whole, cell };
}

type Point = TrafficHistoryView['versions'][number]['points'][number];

/** Cells of all replicas, summed to points; one without any cell is left out. */
export function trafficHistoryOf(
  rows: readonly TrafficRow[],
  { step }: CellRange,
): TrafficHistoryView['versions'] {
  return [...Map.groupBy(rows, ({ version }) => version)]
    .toSorted(([a], [b]) => a - b)
    .map(([version, own]) => ({
      version,
      points: [...Map.groupBy(own, ({ at }) => Math.floor(at / step) * step)]
        .toSorted(([a], [b]) => a - b)
        .map(([at, cells]) => pointOf(at, cells)),
    }));
}

function pointOf(at: number, cells: readonly TrafficRow[]): Point {
  const times = new Float64Array(DURATION_CELLS);
  for (const cell of cells)
    for (const [k = DURATION_CELLS, count = 0] of cell.times) if (k < DURATION_CELLS) addAt(times, k, count);
  const sum = (of: (cell: TrafficRow) => number): number => cells.reduce((all, cell) => all + of(cell), 0);
  const counts = {
    invalid: sum((cell) => cell.invalid),
    failed: sum((cell) => cell.failed),
    overloaded: sum((cell) => cell.overloaded),
    cancelled: sum((cell) => cell.cancelled),
  };
  const answered = sum((cell) => cell.answered);
  return {
    at,
    requests: Object.values(counts).reduce((all, count) => all + count, answered),
    ...counts,
    latency: quantilesOf(times),
    durations: durationsOf(times).map(([bound, count]) => [bound, count]),
  };
}
