/** Predicted against measured requests a second of a server that is asked as fast as it answers. */
import { predictOnline } from '../../src/advise/capacity/online.ts';
import {
  measureRound,
  requestsOfSize,
  sizeBoundsOf,
  warmServer,
} from '../../src/advise/cost/measured/measure-cost.ts';
import { measureLoad } from '../../src/advise/cost/measured/measured-load.ts';
import type { RoundOfLoads } from '../../src/advise/cost/measured/online-fit.ts';
import { type MeasuredSizes, measuredSizes, type SizeBounds } from '../../src/advise/cost/measured/sizes.ts';
import type { Lane } from '../../src/advise/cost/model-cost.ts';
import { calibrationOf, SLICES, withRegistered } from './calibration.ts';
import type { Case } from './cases.ts';

export interface SaturationRow {
  readonly rows: number;
  readonly lane: Lane;
  readonly limit: string;
  /** Requests a second: predicted by all rounds together, and measured in each. */
  readonly predicted: number;
  readonly measured: readonly number[];
}

export interface SaturationResult {
  readonly case: string;
  /** Rows of the requests that were calibrated on. */
  readonly calibrated: readonly number[];
  readonly rows: readonly SaturationRow[];
}

const CLIENTS = 6;
/** Longer than the calibration's: the first and the last answers of a closed loop leave cores idle. */
const MEASURED_SECONDS = 1;

/** Of each kind of request one size, well between those that are calibrated on. */
function freshSizes({ loopRows }: SizeBounds, { loop, read, passed }: MeasuredSizes): number[] {
  const between = (sizes: readonly number[]): number[] =>
    sizes.length < 2 ? [] : [Math.round(Math.sqrt(sizes[0]! * sizes[1]!))];
  const inLoop = loop.length < 2 ? [] : [Math.round(0.35 * loopRows)];
  return [...inLoop, ...between(read), ...between(passed)].filter((rows) => rows > 1);
}

export const saturation = (one: Case, rounds: number): Promise<SaturationResult> =>
  withRegistered(one, ({ calibrated: first, validated: second }) =>
    first((calibrated) =>
      second(async (validated) => {
        const bounds = sizeBoundsOf(calibrated.manifest);
        const sizes = measuredSizes(bounds);
        const all = [...sizes.loop, ...sizes.read, ...sizes.passed];
        const fresh = freshSizes(bounds, sizes);
        await warmServer(calibrated, all);
        await warmServer(validated, [...fresh, ...fresh]);
        const found = fresh.map((rows) => ({ rows, measured: [] as number[] }));
        const calibrations: RoundOfLoads[] = [];
        for (let round = 0; round < rounds; round++) {
          calibrations.push(await measureRound(calibrated, sizes, SLICES));
          for (const { rows, measured } of found) {
            const load = {
              ...requestsOfSize(validated, rows),
              clients: CLIENTS,
              seconds: MEASURED_SECONDS,
            };
            measured.push((await measureLoad(validated.subject, validated.client, load)).rate);
          }
        }
        const { online, place } = calibrationOf(calibrations, calibrated);
        const rows = found.map((row): SaturationRow => {
          const { saturation: told, request } = predictOnline({ online }, place(row.rows), {
            rows: row.rows,
            rate: 0,
          });
          return { ...row, lane: request.lane, limit: told.limit, predicted: told.rate };
        });
        return { case: one.name, calibrated: all, rows };
      }),
    ),
  );
