/** `monitor replay` beside Evidently's drift report: whole processes over the same Parquet files, one after the other. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePython } from '../../tools/python-environment.ts';
import { ROOT, WORK } from '../serving/peers.ts';
import { normalTable } from './tables.ts';

const COLUMNS = 200;
const REFERENCE_ROWS = 10_000;
const STREAM_ROWS = 100_000;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export async function replaySpeed({ rounds }: { rounds: number }): Promise<void> {
  const folder = join(WORK, 'replay');
  mkdirSync(folder, { recursive: true });
  const [reference, stream] = [join(folder, 'reference.parquet'), join(folder, 'stream.parquet')];
  await normalTable(reference, { rows: REFERENCE_ROWS, columns: COLUMNS, seed: 1 });
  await normalTable(stream, { rows: STREAM_ROWS, columns: COLUMNS, seed: 2 });
  const lock = join(ROOT, 'tools/interop-monitoring/requirements.txt');
  const python = preparePython('interop-monitoring', lock, 'evidently');
  const theirs = join(import.meta.dirname, 'evidently_report.py');
  const replay = [
    'bin/plimsoll.js',
    'monitor',
    'replay',
    '--reference',
    reference,
    '--stream',
    stream,
    '--json',
  ];
  const ours: number[] = [];
  const evidently: number[] = [];
  const reports: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(timed(process.execPath, replay).seconds);
    const { seconds, output } = timed(python, ['-W', 'ignore', theirs, reference, stream]);
    evidently.push(seconds);
    reports.push(Number(output.trim().split('\n').at(-1)));
  }
  const result = {
    columns: COLUMNS,
    rows: STREAM_ROWS,
    seconds: { plimsoll: median(ours), evidently: median(evidently), evidentlyReportAlone: median(reports) },
    ratio: median(evidently.map((seconds, k) => seconds / ours[k]!)),
    ratioToReportAlone: median(reports.map((seconds, k) => seconds / ours[k]!)),
  };
  console.table({ ...result.seconds, ratio: result.ratio, ratioToReportAlone: result.ratioToReportAlone });
  writeFileSync(join(ROOT, 'bench/results/replay.json'), `${JSON.stringify(result, null, 2)}\n`);
}

function timed(command: string, args: readonly string[]): { seconds: number; output: string } {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - started) / 1000, output: stdout };
}
