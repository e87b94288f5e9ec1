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
import { measuredSizes } from '../../src/advise/cost/measured/sizes.ts';
import { quantileOf } from '../../src/load/quantiles.ts';
import { requestBytes } from '../../src/load/request-bytes.ts';
import { calibrationOf, SLICES, withPeers } from './calibration.ts';
import type { Case } from './cases.ts';
import { type Streamed, streamOf } from './stream.ts';

export interface LatencyRow {
  /** Requests a second, and as a share of the predicted saturation. */
  readonly rate: number;
  readonly load: number;
  /** Milliseconds. */
  readonly predicted: Quantiles;
  readonly measured: Quantiles;
  readonly requests: number;
  /** Answers that were no 2xx. */
  readonly failed: number;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LatencyResult {
  readonly case: string;
  readonly calibrated: readonly number[];
  readonly rows: number;
  /** Milliseconds of work of a request. */
  readonly work: number;
  readonly loads: readonly LatencyRow[];
}

const LOADS = [0.2, 0.4, 0.6, 0.8] as const;
const FIRST_ROUNDS = 3;

export const latency = (
  one: Case,
  {
    millis: work,
    rounds,
    seconds,
  }: { readonly millis: number; readonly rounds: number; readonly seconds: number },
): Promise<LatencyResult> =>
  withPeers(one, async ({ calibrated, validated }) => {
    const sizes = { ...measuredSizes(sizeBoundsOf(calibrated.manifest)), loop: [] };
    const all = [...sizes.read, ...sizes.passed];
    const calibrations: RoundOfLoads[] = [];
    const calibrate = async (): Promise<unknown> =>
      calibrations.push(await measureRound(calibrated, sizes, SLICES));
    await warmServer(calibrated, all);
    for (let round = 0; round < FIRST_ROUNDS; round++) await calibrate();
    const first = calibrationOf(calibrations, calibrated);
    const { scoring } = first.online;
    const rows = Math.round((1000 * work - scoring.request) / scoring.row);
    await warmServer(validated, [rows, rows]);
    const { rate: most } = predictOnline(first, first.place(rows), { rows, rate: 0 }).saturation;
    const outcomes = LOADS.map((load) => ({ rate: load * most, phases: [] as Streamed[] }));
    for (let round = 0; round < rounds; round++) {
      await calibrate();
      for (const { rate, phases } of outcomes)
        phases.push(await scheduled(validated, { rows, rate, seconds, seed: 1 + round }));
    }
    const last = calibrationOf(calibrations, calibrated);
    const loads = outcomes.map(({ rate, phases }): LatencyRow => {
      const told = predictOnline(last, last.place(rows), { rows, rate });
      const millis = phases.flatMap((phase) => phase.millis).toSorted((one, other) => one - other);
      return {
        ...{
          rate,
          load: told.utilisation,
          requests: millis.length,
          failed: sum(phases.map((phase) => phase.failed)),
        },
        predicted: { p50: told.millis?.p50 ?? 0, p99: told.millis?.p99 ?? 0 },
        measured: { p50: quantileOf(millis, 0.5), p99: quantileOf(millis, 0.99) },
      };
    });
    const { request } = predictOnline(last, last.place(rows), { rows, rate: 0 });
    return { case: one.name, calibrated: all, rows, work: (request.loop + request.away) / 1000, loads };
  });

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

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
