/** What a request of so many rows costs, and where. Pure. */
import type { CostLine, Lane, OnlineCost } from './model-cost.ts';

export interface RequestCost {
  readonly lane: Lane;
  /** Microseconds on the event loop. */
  readonly loop: number;
  /** Microseconds in a thread or process beside it; 0 for what is scored on the loop. */
  readonly away: number;
  /** In what runs beside, and no request waits for. */
  readonly beside: number;
  /** All of it: microseconds of processors. */
  readonly total: number;
}

/** Microseconds of a request of `rows` rows. */
export const microsAt = ({ request, row }: CostLine, rows: number): number => request + row * rows;

/** Where a request of so many rows is scored. */
const laneOf = ({ loopRows, away }: OnlineCost, rows: number): Lane => (rows <= loopRows ? 'loop' : away);

/** What a request of `rows` rows costs. */
export function requestCost(cost: OnlineCost, rows: number): RequestCost {
  const lane = laneOf(cost, rows);
  const { passing } = cost;
  const door = passing !== undefined && rows > passing.rows ? passing.line : cost.door;
  const loop = microsAt(lane === 'loop' ? cost.loop : door, rows);
  const away = lane === 'loop' ? 0 : microsAt(cost.scoring, rows);
  const beside = microsAt(cost.beside, rows);
  return { lane, loop, away, beside, total: loop + away + beside };
}
