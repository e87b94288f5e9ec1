import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from '../median.ts';
import { ROOT, WORK } from '../serving/peers.ts';
import { startPeer } from '../serving/process.ts';
import {
  differenceOf,
  fastapiEnvironment,
  fastapiWith,
  plimsollWith,
  prepareNetworks,
  rowsOf,
} from './networks.ts';

const PORT = 18_095;
const FILES_OF = {
  '.keras': 'keras-cnn.keras',
  '.h5': 'keras-cnn.h5',
  SavedModel: 'keras-cnn-saved',
  '.pt2': 'cnn.pt2',
  'torch.save': 'cnn.pt',
  TorchScript: 'cnn-script.pt',
  ONNX: 'cnn.onnx',
} as const;
/** float32, summed in another order. */
const TOLERANCE = 1e-5;

interface FormatResult {
  readonly format: string;
  readonly file: string;
  /** Seconds from the start of the process to the first answer: of a file never seen, of one that was proved, of FastAPI. */
  readonly first: number[];
  readonly again: number[];
  readonly fastapi: number[];
  /** From the framework's own answer, relative to the largest number. */
  difference: number;
}

/**
 * From a file to the first right answer over HTTP, a small network of convolutions in each format, beside FastAPI with the
 * framework's own loader. Rounds are interleaved, answers compared each time. Writes `bench/results/first-answers.json`.
 */
export async function firstAnswers({ rounds }: { readonly rounds: number }): Promise<void> {
  prepareNetworks();
  const results = Object.entries(FILES_OF).map(
    ([format, file]): FormatResult => ({
      ...{ format, file, first: [], again: [], fastapi: [], difference: 0 },
    }),
  );
  for (let round = 0; round < rounds; round++) for (const result of results) await measure(result);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const text = JSON.stringify({ machine, rounds, results }, null, 2);
  writeFileSync(join(ROOT, 'bench/results/first-answers.json'), `${text}\n`);
  console.log(table(results));
}

async function measure(result: FormatResult): Promise<void> {
  const { file, first, again, fastapi } = result;
  mkdirSync(WORK, { recursive: true });
  const data = mkdtempSync(join(WORK, 'first-data-'));
  try {
    first.push(await secondsOf(result, plimsollWith(file, PORT, data), {}));
    again.push(await secondsOf(result, plimsollWith(file, PORT, data), {}));
    fastapi.push(await secondsOf(result, fastapiWith(PORT), fastapiEnvironment(file)));
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Throws where the first answer is not what the framework answers. */
async function secondsOf(
  result: FormatResult,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const wanted = rowsOf(result.file);
  const body = JSON.stringify({ rows: wanted.rows.slice(0, 1) });
  const { startMillis, firstAnswer, stop } = await startPeer(command, env, PORT, body);
  await stop();
  const difference = differenceOf(firstAnswer, wanted, 1);
  if (!(difference <= TOLERANCE))
    throw new Error(`${command.join(' ')} answers ${JSON.stringify(firstAnswer)}`);
  result.difference = Math.max(result.difference, difference);
  return startMillis / 1000;
}

const HEADING = ['format', 'first time', 'again', 'FastAPI and framework', 'times', 'largest difference'];

function table(results: readonly FormatResult[]): string {
  const rows = results.map(({ format, first, again, fastapi, difference }) => [
    format,
    `${median(first).toFixed(2)} s`,
    `${median(again).toFixed(2)} s`,
    `${median(fastapi).toFixed(2)} s`,
    (median(fastapi) / median(first)).toFixed(1),
    difference.toExponential(1),
  ]);
  return [HEADING, HEADING.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
