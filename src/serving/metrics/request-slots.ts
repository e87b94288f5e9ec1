import { elementAt } from '../../core/element-at.ts';
import { PREDICTION_OUTCOMES, type PredictionOutcome } from '../../metrics/prediction-outcome.ts';
import { type RecentRequest, SCORED_PLACES, type ScoredPlace } from '../../metrics/recent-request.ts';
import type { StageTiming } from '../threads/scoring-job.ts';

/** What is noted of a request beside how it ended; read only where it is kept. */
export interface NotedRequest {
  readonly id: string;
  /** `performance.now()` when the headers were complete. */
  readonly startedAt: number;
  /** `performance.now()` when the last byte of the body arrived; 0 before. */
  readonly completeAt: number;
  readonly bodyBytes: number;
  readonly loadingMillis: number;
  readonly explainingMillis: number;
  /** Others that were in flight when it came. */
  readonly ahead: number;
  readonly place: ScoredPlace;
  readonly versionNumber: number;
  readonly role: string | null;
  readonly isLogged: boolean;
}

/** How a request ended. */
export interface RequestEnd {
  readonly outcome: PredictionOutcome;
  readonly status: number;
  /** Of its error, or null. */
  readonly code: string | null;
}

/** Places of the numbers within a slot. */
const [STARTED, MILLIS, RECEIVE, LOAD, PREPROCESS, PREDICT, EXPLAIN, POSTPROCESS] = [0, 1, 2, 3, 4, 5, 6, 7];
const [ROWS, BYTES, AHEAD, STATUS, VERSION, OUTCOME, PLACE, LOGGED] = [8, 9, 10, 11, 12, 13, 14, 15];
const NUMBERS = 16;

/** Room for so many requests, made once: what is written into a slot replaces the request that was there. */
export class RequestSlots {
  readonly size: number;
  readonly #numbers: Float64Array;
  readonly #ids: string[];
  readonly #roles: (string | null)[];
  readonly #codes: (string | null)[];

  constructor(size: number) {
    this.size = size;
    this.#numbers = new Float64Array(size * NUMBERS);
    this.#ids = new Array<string>(size).fill('');
    this.#roles = new Array<string | null>(size).fill(null);
    this.#codes = new Array<string | null>(size).fill(null);
  }

  /** A request that ended at `now`. `rows` is negative where they were not read, `timing` null where it was not answered. */
  write(
    slot: number,
    request: NotedRequest,
    now: number,
    rows: number,
    timing: StageTiming | null,
    end: RequestEnd,
  ): void {
    const { startedAt, completeAt } = request;
    const numbers = this.#numbers.subarray(slot * NUMBERS, (slot + 1) * NUMBERS);
    numbers[STARTED] = startedAt;
    numbers[MILLIS] = now - startedAt;
    numbers[RECEIVE] = completeAt === 0 ? 0 : completeAt - startedAt;
    numbers[LOAD] = request.loadingMillis;
    numbers[PREPROCESS] = timing === null ? 0 : timing.preprocess;
    numbers[PREDICT] = timing === null ? 0 : timing.predict;
    numbers[EXPLAIN] = request.explainingMillis;
    numbers[POSTPROCESS] = timing === null ? 0 : timing.postprocess;
    numbers[ROWS] = rows;
    numbers[BYTES] = request.bodyBytes;
    numbers[AHEAD] = request.ahead;
    numbers[STATUS] = end.status;
    numbers[VERSION] = request.versionNumber;
    numbers[OUTCOME] = PREDICTION_OUTCOMES.indexOf(end.outcome);
    numbers[PLACE] = SCORED_PLACES.indexOf(request.place);
    numbers[LOGGED] = Number(request.isLogged);
    this.#ids[slot] = request.id;
    this.#roles[slot] = request.role;
    this.#codes[slot] = end.code;
  }

  /** How long the request in a slot took. */
  millis(slot: number): number {
    return elementAt(this.#numbers, slot * NUMBERS + MILLIS);
  }

  /** The request in a slot. `origin`: milliseconds since the epoch at which the steady clock was 0. */
  read(slot: number, origin: number): RecentRequest {
    const number = (place: number): number => elementAt(this.#numbers, slot * NUMBERS + place);
    const outcome = elementAt(PREDICTION_OUTCOMES, number(OUTCOME));
    const rows = number(ROWS);
    return {
      requestId: elementAt(this.#ids, slot),
      at: origin + number(STARTED),
      version: number(VERSION),
      role: elementAt(this.#roles, slot),
      status: number(STATUS),
      code: elementAt(this.#codes, slot),
      outcome,
      rows: rows < 0 ? null : rows,
      bytes: number(BYTES),
      ahead: number(AHEAD),
      place: elementAt(SCORED_PLACES, number(PLACE)),
      isLogged: number(LOGGED) === 1,
      millis: number(MILLIS),
      stages: this.#stages(number, outcome),
    };
  }

  #stages(number: (place: number) => number, outcome: PredictionOutcome): RecentRequest['stages'] {
    const known = {
      receive: number(RECEIVE),
      load: number(LOAD),
      preprocess: number(PREPROCESS),
      predict: number(PREDICT),
      explain: number(EXPLAIN),
      postprocess: number(POSTPROCESS),
    };
    const spent = Object.values(known).reduce((sum, millis) => sum + millis, 0);
    const left = Math.max(0, number(MILLIS) - spent);
    // What is refused for want of time or room has done nothing but wait.
    const hasWaited = outcome === 'ok' || outcome === 'overloaded';
    return { ...known, queue: hasWaited ? left : 0, failed: hasWaited ? 0 : left };
  }
}
