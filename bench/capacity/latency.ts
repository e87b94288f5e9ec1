/** Predicted against measured latency of requests that come by schedule, at shares of the predicted saturation. */
import { predictOnline } from '../../src/advise/capacity/online.ts';
import {
  type Asked,
  measureRound,
  requestsOfSize,
  sizeBoundsOf,
  warmServer,
} from '../../src/advise/cost/measured/measure-cost.ts';
import type { RoundOfLoads } from '../../src/advise/cost/measured/online-fit.ts';
import { type MeasuredSizes, measuredSizes } from '../../src/advise/cost/measured/sizes.ts';
import type { OnlineCost } from '../../src/advise/cost/model-cost.ts';
import { quantileOf } from '../../src/load/quantiles.ts';
import { requestBytes } from '../../src/load/request-bytes.ts';
import { type Calibration, calibrationOf, SLICES, withRegistered } from './calibration.ts';
import type { Case } from './cases.ts';
import { type Streamed, streamOf } from './stream.ts';

export interface LatencyRow {
  /** Share of the saturation that each round predicts, and requests a second of each round. */
  readonly load: number;
  readonly rates: number[];
  /** Milliseconds, of each round. */
  readonly predicted: Quantiles[];
  readonly measured: Quantiles[];
  requests: number;
  /** Answers that were no 2xx. */
  failed: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LatencyResult {
  readonly case: string;
  readonly lane: LatencyLane;
  readonly calibrated: readonly number[];
  readonly rows: number;
  readonly loads: readonly LatencyRow[];
}

/** Where requests are scored: one server with one queue, or two. */
export const LATENCY_LANES = ['loop', 'threads'] as const;
export type LatencyLane = (typeof LATENCY_LANES)[number];

/** Of the largest requests on the event loop: more than what is calibrated on. */
const LOOP_SHARE = 0.75;
/** Work of a request on a thread. */
const THREAD_MICROS = 5000;

/** Rests leave time for few requests. */
const RESTED_SLICES = { ...SLICES, restedSeconds: 0.8 };

const LOADS = [0.2, 0.4, 0.6, 0.8] as const;
/** The last calibrations that predict: one has few requests, and the machine of many rounds ago is another one. */
const CALIBRATIONS = 6;
/** Code goes on being compiled for longer than `warmServer` asks for one size. */
const WARM_UPS = 4;

/**
 * One server is calibrated on and asked in turns, for sizes that it was not calibrated on. Two would not do: compiled code of the same
 * work differs by a quarter from process to process, and the tail of a queue by a multiple of that. Each round predicts by what was
 * calibrated right before it, for the machine becomes twice as slow, and as fast again, within seconds.
 */
export const latency = (
  one: Case,
  {
    lane,
    rounds,
    seconds,
  }: { readonly lane: LatencyLane; readonly rounds: number; readonly seconds: number },
): Promise<LatencyResult> =>
  withRegistered(one, ({ validated }) =>
    validated(async (asked) => {
      const bounds = sizeBoundsOf(asked.manifest);
      const sizes = sizesOf(lane, measuredSizes(bounds));
      const calibrated = [...sizes.loop, ...sizes.read, ...sizes.passed];
      await warmServer(asked, [...calibrated, ...calibrated]);
      const found: RoundOfLoads[] = [];
      const calibrate = async (): Promise<Calibration> => {
        found.push(await measureRound(asked, sizes, RESTED_SLICES));
        return calibrationOf(found.slice(-CALIBRATIONS), asked);
      };
      for (let k = 1; k < CALIBRATIONS; k++) await calibrate();
      const { online } = await calibrate();
      const rows = lane === 'loop' ? Math.round(LOOP_SHARE * bounds.loopRows) : threadRows(online);
      await warmServer(asked, Array<number>(WARM_UPS).fill(rows));
      const loads = LOADS.map(
        (load): LatencyRow => ({ load, rates: [], predicted: [], measured: [], requests: 0, failed: 0 }),
      );
      for (let round = 0; round < rounds; round++) {
        const known = await calibrate();
        // Each load is the first after the calibration once in so many rounds.
        for (const at of loads.keys())
          await measure(asked, loads[(at + round) % loads.length]!, known, {
            rows,
            seconds,
            seed: 1 + round,
          });
      }
      return { case: one.name, lane, calibrated, rows, loads };
    }),
  );

/** Asks at a share of the saturation that is predicted, and keeps what was predicted and what was measured. */
async function measure(
  asked: Asked,
  row: LatencyRow,
  known: Calibration,
  { rows, seconds, seed }: { readonly rows: number; readonly seconds: number; readonly seed: number },
): Promise<void> {
  const predict = (rate: number) => predictOnline(known, known.place(rows), { rows, rate });
  const rate = row.load * predict(0).saturation.rate;
  const { millis: told } = predict(rate);
  const { millis, failed } = await scheduled(asked, { rows, rate, seconds, seed });
  const sorted = millis.toSorted((a, b) => a - b);
  row.rates.push(rate);
  row.predicted.push({ p50: told?.p50 ?? Infinity, p99: told?.p99 ?? Infinity });
  row.measured.push({ p50: quantileOf(sorted, 0.5), p99: quantileOf(sorted, 0.99) });
  row.requests += millis.length;
  row.failed += failed;
}

/** The kinds of requests that are in question, of which none is on the other's side of the bound. */
const sizesOf = (lane: LatencyLane, sizes: MeasuredSizes): MeasuredSizes =>
  lane === 'loop' ? { ...sizes, read: [], passed: [] } : { ...sizes, loop: [] };

const threadRows = ({ scoring }: OnlineCost): number =>
  Math.round((THREAD_MICROS - scoring.request) / scoring.row);

async function scheduled(
  { subject: { port, name }, ...about }: Asked,
  { rows, rate, seconds, seed }: { rows: number; rate: number; seconds: number; seed: number },
): Promise<Streamed> {
  const target = { host: '127.0.0.1', port, isSecure: false };
  const path = `/models/${encodeURIComponent(name)}/predict`;
  const headers = { 'content-type': 'application/json' };
  const { bodies } = requestsOfSize(about, rows);
  return streamOf(target, requestBytes(target, { method: 'POST', path, headers, bodies }), {
    rate,
    seconds,
    seed,
  });
}
