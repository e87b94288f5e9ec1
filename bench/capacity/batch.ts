/** Predicted against measured rows a second of batch runs. */
import { cpus } from 'node:os';
import { predictBatch } from '../../src/advise/capacity/batch.ts';
import { batchSizes, measureBatch, timeBatch } from '../../src/advise/cost/measured/batch-run.ts';
import { onlyManifest, withFolder, withSubject } from '../../src/advise/cost/measured/subject.ts';
import { PLIMSOLL } from './calibration.ts';
import type { Case } from './cases.ts';

export interface BatchRow {
  readonly lanes: number;
  /** Rows a second of the whole run, its start with it, of each round. */
  readonly predicted: number[];
  readonly measured: number[];
}

export interface BatchResult {
  readonly case: string;
  readonly calibrated: readonly number[];
  readonly rows: number;
  readonly lanes: readonly BatchRow[];
}

/** Tables of the calibration, times so many. */
const GROWTH = 2.5;
const LANES = [1, 2] as const;

/** One lane and two, over a larger table than was calibrated on. */
export const batch = ({ name: named, model }: Case, rounds: number): Promise<BatchResult> =>
  withFolder(async (folder) => {
    const name = await withSubject({ plimsoll: PLIMSOLL, model }, folder, {}, (subject) =>
      Promise.resolve(subject.name),
    );
    const { signature, example, rowMicros } = await onlyManifest(folder);
    const subject = { plimsoll: PLIMSOLL, folder, name, signature, example, rowMicros };
    const calibrated = batchSizes(rowMicros);
    const rows = Math.round(GROWTH * calibrated[1]);
    const found = LANES.map((lanes): BatchRow => ({ lanes, predicted: [], measured: [] }));
    for (let round = 0; round < rounds; round++) {
      const cost = await measureBatch(subject, 0);
      for (const { lanes, predicted, measured } of found) {
        const { seconds } = await timeBatch(subject, { rows, lanes });
        predicted.push(rows / predictBatch({ batch: cost }, { rows, lanes, cores: cpus().length }).seconds);
        measured.push(rows / seconds);
      }
    }
    return { case: named, calibrated, rows, lanes: found };
  });
