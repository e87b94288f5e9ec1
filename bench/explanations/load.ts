/**
 * What explanations cost predictions: their p99 with nothing beside them, beside requests of many rows, and beside the same requests with
 * their explanations, in turns within one run. The server has one core, with the process that explains; the client has another.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.ts';
import { freePort } from '../../tools/free-port.ts';
import { median } from '../median.ts';
import { ROOT } from '../serving/peers.ts';
import { startPeer } from '../serving/process.ts';
import { drive } from './drive.ts';
import type { Beside, LoadOutcome, LoadPlan } from './load-client.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib');
const COLUMNS = 8;
const BACKGROUND_ROWS = 1000;
const ARMS: readonly Beside[] = ['nothing', 'rows', 'explained'];
/** Predictions a second: a tenth of what the core could do. */
const RATE = 500;

/** Requests beside them: below what is explained in time, and far more than that. */
const LOADS = {
  'within budget': { besideRate: 20, besideRows: 20 },
  'over budget': { besideRate: 60, besideRows: 100 },
} as const;

interface LoadResult {
  readonly load: string;
  readonly rounds: readonly (readonly LoadOutcome[])[];
  /** Median over rounds of the p99 beside explanations over that beside nothing, and beside the same rows without them. */
  readonly ratio: number;
  readonly ratioToRows: number;
}

export async function explanationsLoad({
  rounds,
  seconds,
}: {
  rounds: number;
  seconds: number;
}): Promise<void> {
  const results: LoadResult[] = [];
  for (const [load, beside] of Object.entries(LOADS))
    results.push(await measure(load, beside, rounds, seconds));
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const result = { machine, options: { rounds, seconds, rate: RATE }, results };
  writeFileSync(join(ROOT, 'bench/results/explanations-load.json'), `${JSON.stringify(result, null, 2)}\n`);
  for (const { load, ratio, ratioToRows, rounds: all } of results) {
    const of = (arm: number, pick: (outcome: LoadOutcome) => number): string =>
      median(all.map((round) => pick(round[arm]!))).toFixed(2);
    console.log(
      `${load}: p99 of predictions ${of(0, ({ p99 }) => p99)} ms alone, ${of(1, ({ p99 }) => p99)} ms beside rows, ${of(2, ({ p99 }) => p99)} ms beside explanations: ${ratio.toFixed(2)} × alone, ${ratioToRows.toFixed(2)} × rows (p50 ${of(0, ({ p50 }) => p50)}, ${of(1, ({ p50 }) => p50)}, ${of(2, ({ p50 }) => p50)} ms)`,
    );
    for (const { answered, explained, missing, besideP50 } of all.map((round) => round[2]!))
      console.log(
        `  ${explained} of ${answered} explained, after ${besideP50.toFixed(1)} ms; not: ${JSON.stringify(missing)}`,
      );
  }
}

async function measure(
  load: string,
  beside: Pick<LoadPlan, 'besideRate' | 'besideRows'>,
  rounds: number,
  seconds: number,
): Promise<LoadResult> {
  const data = mkdtempSync(join(tmpdir(), 'explanations-load-'));
  const background = join(data, 'background.json');
  const { next } = seededRandom(0);
  const row = (): number[] => Array.from({ length: COLUMNS }, () => 6 * next() - 3);
  writeFileSync(background, JSON.stringify(Array.from({ length: BACKGROUND_ROWS }, row)));
  const port = await freePort();
  const serve = ['serve', MODEL, '--background', background, '--port', String(port), '--data', data];
  const command = ['taskset', '--cpu-list', '0', process.execPath, join(ROOT, 'bin/plimsoll.js'), ...serve];
  const first = JSON.stringify({ rows: [row()], explain: true });
  const server = await startPeer([...command, '--workers', '1', '--quiet'], {}, port, first);
  try {
    const turns = Array.from({ length: rounds }, () => ARMS.map((arm) => ({ beside: arm, seconds }))).flat();
    const warm = ARMS.map((arm) => ({ beside: arm, seconds: 2 }));
    const plan = { port, columns: COLUMNS, rate: RATE, ...beside, phases: [...warm, ...turns] };
    const outcomes = (await drive(plan)).slice(warm.length);
    const all = Array.from({ length: rounds }, (_, k) =>
      outcomes.slice(k * ARMS.length, (k + 1) * ARMS.length),
    );
    const ratioTo = (arm: number): number => median(all.map((round) => round[2]!.p99 / round[arm]!.p99));
    return { load, rounds: all, ratio: ratioTo(0), ratioToRows: ratioTo(1) };
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}
