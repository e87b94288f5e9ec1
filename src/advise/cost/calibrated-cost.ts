/** The cost of requests of one size, from loads that were just sent to a server: what a sweep of loads calibrates the capacity model by. Pure. */
import { spreadOf } from './measured/lane-fit.ts';
import type { OnlineCost } from './model-cost.ts';

/** One measurement of a closed loop. */
export interface CalibratingLoad {
  readonly answers: number;
  /** Milliseconds of a processor of all of them: of the event loop, of scoring threads, of other threads, of processes beside. */
  readonly loop: number;
  readonly threads: number;
  readonly others: number;
  readonly children: number;
  /** Mean milliseconds of an answer, and means of even parts of all in their order. */
  readonly mean: number;
  readonly parts: readonly number[];
}

/** Work elsewhere that is no more than such a part of the loop's is not where a request is scored. */
const AWAY_SHARE = 0.25;
const MOST_CONTENTION = 2;

/** Microseconds of an answer. */
const microsOf = ({ answers }: CalibratingLoad, millis: number): number =>
  (1000 * millis) / Math.max(1, answers);

/**
 * What a request costs of the size that was sent: where its work is done is told by which threads did it. `calm` is a closed loop of one
 * client, whose single times are those of requests that wait for nobody; `busy` one of several, as costs are under load. `little` is the
 * median of answers under little load, in milliseconds: most of them found a server that rested.
 */
export function calibratedCost(
  calm: CalibratingLoad,
  busy: CalibratingLoad,
  {
    rows,
    python,
    memory,
    little,
  }: {
    readonly rows: number;
    readonly python: boolean;
    readonly memory: number;
    readonly little: number | null;
  },
): OnlineCost {
  const away = python ? 'processes' : 'threads';
  const work = (load: CalibratingLoad): number => microsOf(load, python ? load.children : load.threads);
  const loop = microsOf(busy, busy.loop);
  const isAway = work(busy) > AWAY_SHARE * loop;
  const scored = isAway ? work(calm) : 0;
  const contention = isAway && scored > 0 ? Math.min(MOST_CONTENTION, Math.max(1, work(busy) / scored)) : 1;
  const beside = microsOf(busy, busy.others + (python ? 0 : busy.children) + (isAway ? 0 : busy.threads));
  const pause = Math.max(0, 1000 * calm.mean - microsOf(calm, calm.loop) - scored);
  const line = (request: number) => ({ request, row: 0 });
  const rested = line(little === null ? 0 : Math.max(0, 1000 * little - pause - loop - scored));
  return {
    ...{ loopRows: isAway ? 0 : rows, away, loop: line(loop), door: line(loop), scoring: line(scored) },
    ...{ beside: line(beside), pause: { loop: pause, away: pause }, togetherRows: 0, contention },
    rested: { loop: rested, away: rested },
    ...{ spread: spreadOf(calm.parts, pause), memory, awayMemory: 0, start: 0 },
  };
}
