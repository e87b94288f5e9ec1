/** From measured loads to what a request costs online. Pure. */
import type { OnlineCost } from '../model-cost.ts';
import { microsAt } from '../request-cost.ts';
import { lineThrough, type SizedTime, spreadOf } from './lane-fit.ts';
import type { CostPoint } from './measured-load.ts';
import type { SizeBounds } from './sizes.ts';

/** Loads of all sizes: one request after the other at once, the same with rests between them, and as many as keep the server busy. */
export interface RoundOfLoads {
  readonly calm: readonly CostPoint[];
  readonly rested: readonly CostPoint[];
  readonly busy: readonly CostPoint[];
}

/** What a server is like beside its times. */
export interface MeasuredServer {
  readonly cores: number;
  /** Bytes when it has scored on its loop, and when it has scored elsewhere as well. */
  readonly memory: number;
  readonly memoryAway: number;
  /** Milliseconds until it answered. */
  readonly start: number;
}

type Part = (point: CostPoint) => number;

/** Most that cores are taken to slow each other down: two threads of one core are about that. */
const MOST_CONTENTION = 2;

/** What requests cost, by loads of a few sizes. */
export function onlineCostOf(
  rounds: readonly RoundOfLoads[],
  { loopRows, readRows, away, rowMicros }: SizeBounds,
  { cores, memory, memoryAway, start }: MeasuredServer,
): OnlineCost {
  const calm = rounds.flatMap((round) => round.calm);
  const rested = rounds.flatMap((round) => round.rested);
  const busy = rounds.flatMap((round) => round.busy);
  const isInLoop = ({ rows }: CostPoint): boolean => rows <= loopRows;
  const isRead = (point: CostPoint): boolean => !isInLoop(point) && point.rows <= readRows;
  const isPassed = (point: CostPoint): boolean => !isInLoop(point) && point.rows > readRows;
  const isAway = (point: CostPoint): boolean => !isInLoop(point);
  const onLoop: Part = ({ each }) => each.loop;
  const work: Part = ({ each }) => each.threads + (away === 'threads' ? 0 : each.children);
  const beside: Part = ({ each }) => each.others + (away === 'threads' ? each.children : 0);

  const contention = contentionOf(calm.filter(isAway), busy.filter(isAway), work);
  const loop = lineThrough(sized(busy.filter(isInLoop), onLoop), rowMicros);
  const line = lineThrough(sized(busy.filter(isPassed), onLoop));
  const door = busy.some(isRead) ? lineThrough(sized(busy.filter(isRead), onLoop)) : line;
  const scoring = lineThrough(
    sized(busy.filter(isAway), (point) => work(point) / contention),
    rowMicros,
  );
  const doorAt = (rows: number): number => microsAt(rows > readRows ? line : door, rows);
  const onLoopAt = (rows: number): number => microsAt(loop, rows);
  const awayAt = (rows: number): number => doorAt(rows) + microsAt(scoring, rows);
  const pause = {
    loop: pauseOf(calm.filter(isInLoop), onLoopAt),
    away: pauseOf(calm.filter(isAway), awayAt),
  };
  const moreThan =
    (at: (rows: number) => number, pauses: number): Part =>
    ({ latency, rows }) =>
      latency - pauses - at(rows);
  const whole: Part = ({ latency }) => latency;
  const servers = away === 'threads' ? Math.max(2, cores - 1) : Math.max(1, cores - 1);
  return {
    ...{ loopRows, away, loop, door, scoring, pause, contention },
    // Of small requests it is little, and beside what they take.
    beside: lineThrough(sized(busy.some(isAway) ? busy.filter(isAway) : busy, beside, allOf)),
    ...(busy.some(isPassed) ? { passing: { rows: readRows, line } } : {}),
    togetherRows: 0,
    rested: {
      loop: lineThrough(sized(rested.filter(isInLoop), moreThan(onLoopAt, pause.loop), whole)),
      away: lineThrough(sized(rested.filter(isAway), moreThan(awayAt, pause.away), whole)),
    },
    // In an open load servers rest, and single times differ more than one right after the other.
    spread: largestSpread(rested.filter(isInLoop), pause.loop),
    awaySpread: largestSpread(rested.filter(isAway), pause.away),
    ...{ memory, awayMemory: Math.max(0, memoryAway - memory) / servers, start },
  };
}

/** What a request takes of all processors. */
const allOf: Part = ({ each }) => each.loop + each.threads + each.others + each.children;

const sized = (points: readonly CostPoint[], part: Part, of?: Part): SizedTime[] =>
  points.map((point) => {
    const time = { rows: point.rows, micros: Math.max(0, part(point)) };
    return of === undefined ? time : { ...time, of: of(point) };
  });

/** Times as long that the same work takes where all cores have some: the middle of all sizes and rounds. */
function contentionOf(calm: readonly CostPoint[], busy: readonly CostPoint[], work: Part): number {
  const ratios = calm.flatMap((point, at) => {
    const other = busy[at];
    return other === undefined || work(point) <= 0 ? [] : [work(other) / work(point)];
  });
  return Math.min(MOST_CONTENTION, Math.max(1, middleOf(ratios) ?? 1));
}

/** Microseconds of latency in which nothing works for the request, by the smallest size, where they are the largest part of it. */
function pauseOf(points: readonly CostPoint[], work: (rows: number) => number): number {
  const least = Math.min(...points.map(({ rows }) => rows));
  const rests = points.filter(({ rows }) => rows === least).map(({ latency, rows }) => latency - work(rows));
  return Math.max(0, middleOf(rests) ?? 0);
}

/**
 * Single times of the largest size, those of all rounds together: the mean of rounds, place by place, would have the rare long ones as
 * long as a part of them.
 */
function largestSpread(points: readonly CostPoint[], pause: number): number[] {
  const most = Math.max(...points.map(({ rows }) => rows));
  const rounds = points.filter(({ rows }) => rows === most);
  return rounds.length === 0
    ? [1]
    : rounds.flatMap(({ parts }) => spreadOf(parts, pause)).toSorted((a, b) => a - b);
}

const middleOf = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[values.length >> 1];
