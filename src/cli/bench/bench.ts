import { writeFileSync } from 'node:fs';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { BenchReport } from '../../load/report/bench-report.ts';
import { SECONDS } from '../../load/sweep/time-plan.ts';
import { parseDuration } from '../../text/duration.ts';
import type { DefineCommand } from '../command.ts';
import { type ModelFileOptions, withModelFileOptions } from '../model/file-options.ts';
import { wholeNumber } from '../model/whole-number.ts';
import { saidOfModel } from './said-of-model.ts';

interface BenchOptions extends ModelFileOptions {
  readonly data: string;
  readonly seconds: number;
  readonly rows: number;
  readonly input?: string;
  readonly limit?: number;
  readonly maxRate: number;
  readonly connections: number;
  readonly workers?: string;
  readonly seed: number;
  readonly html?: string;
  readonly keyFile?: string;
  readonly yes?: boolean;
}

const ROWS_MOST = 1_000_000;
const RATE = { most: 200_000, usual: 50_000 };
const CONNECTIONS = { most: 10_000, usual: 1000 };

export const benchCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command)
    .description(
      'Measures what a model takes: a sweep of loads finds the knee, the highest rate that it keeps up with; then what answers take at half and at nine tenths of it, and what limits.',
    )
    .argument('<subject>', 'model file, M or M@VERSION, or the URL of a server that runs')
    .option(
      '--seconds <n>',
      'how long it may take, from 5 to 600',
      between('--seconds', SECONDS.least, SECONDS.most),
      SECONDS.usual,
    )
    .option('--rows <n>', 'rows of a request', between('--rows', 1, ROWS_MOST), 1)
    .option(
      '--input <rows>',
      'rows to send: .json, .jsonl, .csv or .parquet (default: the example row of the model); for a URL a body in JSON',
    )
    .option(
      '--limit <time>',
      'time in which 99 of 100 requests are to be answered, such as 50ms (default: by what they take under little load)',
      limitOf,
    )
    .option(
      '--max-rate <n>',
      'highest rate to try, in requests a second',
      between('--max-rate', 1, RATE.most),
      RATE.usual,
    )
    .option(
      '--connections <n>',
      'connections at once, at most',
      between('--connections', 1, CONNECTIONS.most),
      CONNECTIONS.usual,
    )
    .option(
      '--workers <n>',
      'serving processes of the server that is started for a model (default: cores - 1)',
    )
    .option('--seed <n>', 'seed of the moments at which requests come', between('--seed', 0, 2 ** 31), 1)
    .option('--html <file>', 'write the report as one HTML file, with charts')
    .option('--key-file <file>', 'file with the API key for a URL (default: PLIMSOLL_KEY)')
    .option('--yes', 'send load to another machine, which is yours to load')
    .addHelpText('after', HELP);
  const words = saidOfModel(command);
  command.action(async (subject: string) => {
    const options = command.optsWithGlobals<BenchOptions>();
    const { measureSubject } = await import('./measure-subject.ts');
    stopOnSignal();
    const report = await measureSubject(subject, options, words, terminal);
    if (options.html !== undefined) await writePage(options.html, report);
    const { benchPage } = await import('./bench-page.ts');
    terminal.answer(report, () => benchPage(report, options.html ?? null));
    if (report.isGone) process.exitCode = EXIT.failed;
  });
};

const HELP = [
  '',
  'A model is served by this program on a free port of this machine, with a data folder that goes afterwards.',
  'A URL is the address that takes predictions, or a Plimsoll server, whose description names it.',
  '',
  'Examples:',
  '  $ plimsoll bench model.joblib',
  '  $ plimsoll bench churn@3 --rows 100 --input rows.csv --html churn.html',
  '  $ plimsoll bench http://127.0.0.1:8080/models/churn/predict --limit 50ms',
  '  $ plimsoll bench http://127.0.0.1:8000/score --input body.json --json',
].join('\n');

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { reason, command: 'bench' });

/** Reads an option that takes a whole number within bounds. */
function between(option: string, least: number, most: number): (text: string) => number {
  const read = wholeNumber('bench', option);
  return (text) => {
    const value = read(text);
    if (value >= least && value <= most) return value;
    throw usage(`${option} is ${value}, expected ${least} to ${most}`);
  };
}

const LIMIT_MOST = 60_000;

/** Milliseconds. */
function limitOf(text: string): number {
  const millis = parseDuration(text);
  if (millis !== undefined && millis > 0 && millis <= LIMIT_MOST) return millis;
  throw usage(`--limit is "${text}", expected a time with its unit, at most 60s, such as 50ms`);
}

/** What was started for the measurement ends with this process, by what it does at its exit. */
function stopOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.failed));
}

/** Throws FILE_UNWRITABLE. */
async function writePage(path: string, report: BenchReport): Promise<void> {
  const { htmlPage } = await import('../../load/report/html-page.ts');
  try {
    writeFileSync(path, htmlPage(report));
  } catch (error) {
    throw new PlimsollError('FILE_UNWRITABLE', { path, reason: messageOf(error) });
  }
}
