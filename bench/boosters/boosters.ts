import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../serving/peers.ts';
import { BATCH_CASES, type BatchResult, batchCase } from './batch.ts';
import { type FirstAnswer, firstAnswers } from './first-answer.ts';
import { prepare } from './prepare.ts';
import { SERVED, type ServingResult, servingCase } from './serving.ts';

export interface BoostersOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: number;
}

interface Results {
  readonly machine: { readonly cpu: string | undefined; readonly cores: number; readonly node: string };
  readonly batch: readonly BatchResult[];
  readonly serving: readonly ServingResult[];
  readonly firstAnswers: readonly FirstAnswer[];
}

const PATH = join(ROOT, 'bench/results/boosters.json');
const THREADS = [1, 2] as const;

/**
 * Boosters beside their own libraries: whole tables (`batch [CASE…]`), a row a request behind HTTP (`serving`), and the
 * time to the first answer (`first`); all three where none is named. Each part replaces its own numbers in
 * `bench/results/boosters.json`, and prints tables.
 */
export async function boosters(options: BoostersOptions, [part, ...cases]: readonly string[]): Promise<void> {
  prepare(options.rows);
  const names = cases.length > 0 ? cases : Object.keys(BATCH_CASES);
  if (part === undefined || part === 'batch')
    for (const name of names)
      for (const threads of THREADS) {
        const found = batchCase(name, threads, options.rows, options.rounds);
        const { batch } = results();
        const others = batch.filter((one) => one.case !== name || one.threads !== threads);
        keep({ batch: [...others, ...found] });
      }
  if (part === undefined || part === 'serving') {
    const serving: ServingResult[] = [];
    for (const file of SERVED) serving.push(await servingCase(file, options.rounds, options.seconds));
    keep({ serving });
  }
  if (part === undefined || part === 'first') keep({ firstAnswers: await firstAnswers(options.rounds) });
  console.log(tables(results()));
}

function results(): Results {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  if (!existsSync(PATH)) return { machine, batch: [], serving: [], firstAnswers: [] };
  return { ...(JSON.parse(readFileSync(PATH, 'utf8')) as Results), machine };
}

const keep = (part: Partial<Results>): void =>
  writeFileSync(PATH, `${JSON.stringify({ ...results(), ...part }, null, 2)}\n`);

function tables({ batch, serving, firstAnswers: answers }: Results): string {
  const speed = (rows: number, seconds: number): string => Math.round(rows / seconds).toLocaleString('en');
  const batchRows = batch.map(({ case: name, threads, path, form, rows, ours, theirs, ratio, differing }) => [
    name,
    String(threads),
    path,
    form,
    speed(rows, ours.wall),
    speed(rows, theirs.wall),
    ratio.wall.toFixed(2),
    ratio.cpu.toFixed(2),
    String(differing),
  ]);
  const servingRows = serving.map(({ file, ours, fastapi, ratio }) => [
    file,
    speed(ours.perSecond, 1),
    speed(fastapi.perSecond, 1),
    ratio.perSecond.toFixed(1),
    `${ours.cpuMicros.toFixed(0)}, ${fastapi.cpuMicros.toFixed(0)}`,
    ratio.cpu.toFixed(1),
    `${ours.p99.toFixed(1)}, ${fastapi.p99.toFixed(1)}`,
    String(ours.errors + fastapi.errors),
  ]);
  const answerRows = answers.map(({ file, plimsoll, fastapi, mlflow }) => [
    file,
    ...[plimsoll, fastapi, mlflow].map((seconds) => seconds?.toFixed(2) ?? ''),
    (fastapi / plimsoll).toFixed(1),
  ]);
  return [
    table(BATCH_HEADING, batchRows),
    table(SERVING_HEADING, servingRows),
    table(ANSWER_HEADING, answerRows),
  ].join('\n\n');
}

const BATCH_HEADING = [
  ...['model', 'threads', 'path', 'rows given as', 'rows/s', "library's rows/s"],
  ...['× wall', '× processor', 'differing'],
];
const SERVING_HEADING = [
  'file',
  'requests/s',
  'FastAPI requests/s',
  '×',
  'processor µs, each',
  '×',
  'p99 ms, each',
  'errors',
];
const ANSWER_HEADING = ['file', 'plimsoll s', 'FastAPI s', 'MLflow s', 'FastAPI by plimsoll'];

const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
