import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS, durationCell } from '../../metrics/duration-buckets.ts';
import { PREDICTION_OUTCOMES, type PredictionOutcome } from '../../metrics/prediction-outcome.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import { ShedCounters } from '../admission/shed-counters.ts';
import { CallerSeries } from './caller-counts.ts';
import { ExplanationSeries } from './explanation-series.ts';
import { NO_PROCESS_USAGE, type ProcessUsage } from './process-usage.ts';
import { RecentRequests } from './recent-requests.ts';

export const STAGES = ['queue', 'preprocess', 'predict', 'postprocess', 'total'] as const;
/** Index into `STAGES`, so that the hot path indexes arrays. */
export const STAGE = { queue: 0, preprocess: 1, predict: 2, postprocess: 3, total: 4 } as const;

/** Upper bounds double from 1 to 65,536 rows; one more bucket is open. */
const ROW_BUCKETS = 18;
/** Upper bounds of the batch size buckets, in rows. */
export const ROW_BOUNDS: readonly number[] = Array.from({ length: ROW_BUCKETS - 1 }, (_, k) => 2 ** k);

/** Smallest k with value ≤ 2^k. */
const log2Ceiling = (value: number): number =>
  value <= 1 ? 0 : 32 - Math.clz32(Math.min(2 ** 31, Math.ceil(value)) - 1);

const TIMES = PREDICTION_OUTCOMES.length;
const TIME_SUMS = TIMES + STAGES.length * DURATION_CELLS;
const BATCHES = TIME_SUMS + STAGES.length;
const ROWS = BATCHES + ROW_BUCKETS;
const BLAMED = ROWS + 1;

/** Counters of one version; nothing but indexed additions on the hot path. */
export class ModelSeries {
  readonly model: string;
  readonly version: number;
  /** Every counter in one array, so that those of several processes add up cell by cell. */
  readonly counters = new Float64Array(BLAMED + 1);
  readonly outcomes = this.counters.subarray(0, TIMES);
  /** One row of cells a stage (`metrics/duration-buckets.ts`). */
  readonly times = this.counters.subarray(TIMES, TIME_SUMS);
  readonly timeSums = this.counters.subarray(TIME_SUMS, BATCHES);
  readonly batches = this.counters.subarray(BATCHES, ROWS);
  /** `performance.now()` of the last answer, or null. */
  lastAnswer: number | null = null;

  constructor(model: string, version: number) {
    this.model = model;
    this.version = version;
  }

  /** Rows of all answered requests. */
  get rows(): number {
    return elementAt(this.counters, ROWS);
  }

  /** Notes a request that failed on account of the version: a rollout counts it against it. */
  blame(): void {
    addAt(this.counters, BLAMED);
  }

  count(outcome: PredictionOutcome): void {
    addAt(this.outcomes, PREDICTION_OUTCOMES.indexOf(outcome));
  }

  observe(stage: number, millis: number): void {
    addAt(this.times, stage * DURATION_CELLS + durationCell(millis));
    addAt(this.timeSums, stage, millis);
  }

  /** Notes one answered request. */
  answered(rows: number, now: number): void {
    addAt(this.outcomes, 0);
    addAt(this.counters, ROWS, rows);
    addAt(this.batches, Math.min(ROW_BUCKETS - 1, log2Ceiling(rows)));
    this.lastAnswer = now;
  }
}

/** Requests that were answered, and that failed on account of the version, as its counters say. */
export const answeredIn = (counters: Float64Array): number =>
  elementAt(counters, PREDICTION_OUTCOMES.indexOf('ok'));
/** Cells of the whole duration of answered requests (`metrics/duration-buckets.ts`). */
export const timesIn = (counters: Float64Array): Float64Array =>
  counters.subarray(TIMES + STAGE.total * DURATION_CELLS, TIMES + (STAGE.total + 1) * DURATION_CELLS);
export const blamedIn = (counters: Float64Array): number => elementAt(counters, BLAMED);

/** Copies of requests that went to a candidate in the shadow of stable. */
export interface ShadowSeries {
  readonly model: string;
  /** Answered by the candidate, also with an error. */
  mirrored: number;
  /** Not made, because too many waited. */
  dropped: number;
}

export interface SaturationLimits {
  readonly inFlight: number;
  readonly receiving: number;
  readonly queue: number;
  readonly buffered: number;
}

/** Why a request was let in by nobody; `limited`: it came too often. */
export const REFUSAL_REASONS = ['unauthorized', 'forbidden', 'limited', 'cross-site'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Rows that were left behind for the monitor. */
export interface CaptureSeries {
  /** Empty for requests that name a version themselves. */
  readonly endpoint: string;
  captured: number;
  /** To be captured, and not for want of room. */
  dropped: number;
}

/** Connections of clients. */
export interface ConnectionCounts {
  open: number;
  /** How many there may be at once; 0 where nobody listens. */
  limit: number;
  /** Closed as soon as they came, because all others were being answered or no descriptor was left. */
  refused: number;
  /** Closed while they waited for a request, to make room for others. */
  evicted: number;
}

/** Everything that a scrape shows of the prediction path. */
export class ServingMetrics {
  /** One for each version that has ever answered here, about eight kilobytes each. */
  readonly series: ModelSeries[] = [];
  readonly shadow: ShadowSeries[] = [];
  /** Generation of the route that each endpoint follows. */
  readonly generations = new Map<string, number>();
  readonly capture: CaptureSeries[] = [];
  /** Requests that were let in by nobody, in the order of `REFUSALS`. */
  readonly refusals = new Float64Array(REFUSAL_REASONS.length);
  readonly connections: ConnectionCounts = { open: 0, limit: 0, refused: 0, evicted: 0 };
  /** Who asks, by model: those that have been asked. */
  readonly callers: CallerSeries[] = [];
  /** Explanations of answers, by model: those that have been asked for one. */
  readonly explanations: ExplanationSeries[] = [];
  /** Requests of late, by endpoint. */
  readonly recent: RecentRequests[] = [];
  /** Requests that were shed, by endpoint. */
  readonly shed: ShedCounters[] = [];
  /** Seconds of work that wait for their turn, by endpoint. */
  waiting: () => ReadonlyMap<string, number> = () => new Map();
  /** Milliseconds of the last turn of the event loop; 0 while it is idle. */
  loopDelay: () => number = () => 0;
  /** Units noted for rollouts, each once a window and arm. */
  units = 0;
  /** Requests being received or scored. */
  inFlight = 0;
  /** Those of them whose bodies are being received. */
  receiving = 0;
  /** Bodies that were given up because they came too slowly. */
  slowBodies = 0;
  queueDepth = 0;
  /** Bytes of bodies held. */
  buffered = 0;
  /** What this process used when that was last looked at. */
  usage: ProcessUsage = NO_PROCESS_USAGE;
  /** What may be in flight, wait and be held here at most. */
  limits: SaturationLimits = {
    ...{ inFlight: Infinity, receiving: Infinity, queue: Infinity, buffered: Infinity },
  };

  /** The fullest of what is limited, 0 to 1. */
  get saturation(): number {
    const { inFlight, receiving, queue, buffered } = this.limits;
    const scored = (this.inFlight - this.receiving) / inFlight;
    const taken = [scored, this.receiving / receiving, this.queueDepth / queue, this.buffered / buffered];
    return Math.min(1, Math.max(...taken));
  }

  refused(why: RefusalReason): void {
    addAt(this.refusals, REFUSAL_REASONS.indexOf(why));
  }

  seriesOf(model: string, version: number): ModelSeries {
    const known = this.series.find((series) => series.model === model && series.version === version);
    if (known) return known;
    const added = new ModelSeries(model, version);
    this.series.push(added);
    return added;
  }

  shedOf(endpoint: string): ShedCounters {
    const known = this.shed.find((series) => series.endpoint === endpoint);
    if (known) return known;
    const added = new ShedCounters(endpoint);
    this.shed.push(added);
    return added;
  }

  explanationsOf(model: string): ExplanationSeries {
    const known = this.explanations.find((series) => series.model === model);
    if (known) return known;
    const added = new ExplanationSeries(model);
    this.explanations.push(added);
    return added;
  }

  recentOf(endpoint: string): RecentRequests {
    const known = this.recent.find((one) => one.endpoint === endpoint);
    if (known) return known;
    const added = new RecentRequests(endpoint);
    this.recent.push(added);
    return added;
  }

  /** What is kept of the requests of an endpoint; nothing is noted for those that were never asked. */
  recentRequests(endpoint: string): readonly RecentRequest[] {
    return this.recent.find((one) => one.endpoint === endpoint)?.list(performance.timeOrigin) ?? [];
  }

  captureOf(endpoint: string): CaptureSeries {
    const known = this.capture.find((series) => series.endpoint === endpoint);
    if (known) return known;
    const added: CaptureSeries = { endpoint, captured: 0, dropped: 0 };
    this.capture.push(added);
    return added;
  }

  callersOf(model: string): CallerSeries {
    const known = this.callers.find((series) => series.model === model);
    if (known) return known;
    const added = new CallerSeries(model);
    this.callers.push(added);
    return added;
  }

  shadowOf(model: string): ShadowSeries {
    const known = this.shadow.find((series) => series.model === model);
    if (known) return known;
    const added: ShadowSeries = { model, mirrored: 0, dropped: 0 };
    this.shadow.push(added);
    return added;
  }
}
