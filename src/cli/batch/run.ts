import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { JobSpec } from '../../jobs/spec/spec.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { DefineCommand } from '../command.ts';
import { withControl } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';
import type { Terminal } from '../output/terminal.ts';
import { completeRun, interruptSignal } from './execute.ts';
import { type BatchOptions, runStarter, withLedger } from './ledger.ts';
import { type JobSpecOptions, type RequestedJob, requestedJob } from './requested-job.ts';

interface RunOptions extends BatchOptions, JobSpecOptions {
  readonly again?: boolean;
}

/** `batch run`: a job from flags or a file; the row of its run is durable before anything else is looked at. */
export const batchRunCommand: DefineCommand = (command, terminal) => {
  withReadingOptions(withJobFlags(command))
    .description(
      'Scores a table: every input row gets one outcome, and every scored row appears in the output once. Run again under the same name, the job continues where it was interrupted.',
    )
    .addHelpText('after', HELP)
    .action(async () => {
      const options = command.optsWithGlobals<RunOptions>();
      const stop = interruptSignal();
      const given = await requestedJob(options);
      await withLedger(options, async (ledger) => {
        const row = await begun(ledger, given, options, terminal);
        await goOn(ledger, row, given, { ...options, stop }, terminal);
      });
    });
};

const HELP = `
Examples:
  $ plimsoll batch run --model churn.joblib --input customers.parquet --output scored.parquet --key id
  $ plimsoll batch run --job nightly --model churn@stable --input 'data/*.csv' --output 'postgres://db/shop?table=scores' --key id --columns region
  $ plimsoll batch run -f job.yaml --json
`;

/** Declares what a job is by flags. */
const withJobFlags = (command: Command): Command =>
  command
    .option('--model <model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .option(
      '--input <uri>',
      'rows to score: file, pattern, folder, s3://, https://, postgres://, sqlite:, duckdb:',
    )
    .addOption(
      new Option('--input-format <format>', 'format of the input, if its name does not show it').choices([
        'parquet',
        'csv',
        'jsonl',
        'arrow',
      ]),
    )
    .option(
      '--output <uri>',
      'destination: .parquet, .csv, .jsonl, folder/, postgres://…?table=T, sqlite:, duckdb:, s3://',
    )
    .addOption(
      new Option('--output-format <format>', 'format of the output, if its name does not show it').choices([
        'parquet',
        'csv',
        'jsonl',
      ]),
    )
    .option('--key <column>', 'column with the unique key of a row')
    .option('--columns <names>', 'input columns to copy into the output, separated by commas')
    .option('--features <names>', 'columns that the model reads, in its order, separated by commas')
    .option('--explain <count>', 'reasons of each row to add: columns that moved its answer, and how far')
    .option('--explain-output <name>', 'output to explain (default: the usual one)')
    .option('--explain-method <method>', 'how to explain (default: exactly where a way is known)')
    .option('--job <name>', 'name of the job, to resume it by (default: a generated one)')
    .option('--lanes <count>', 'processes that score (default: 2, or as many as there are cores)')
    .option('--chunk-rows <count>', 'rows of a chunk, the unit that is retried after a crash')
    .option('--max-bad <limit>', 'tolerated number of rows without an answer: 100 or 1%')
    .addOption(
      new Option('--duplicates <what>', 'what to do with a second row of the same key').choices([
        'fail',
        'skip',
        'allow',
      ]),
    )
    .option('--rejects <file>', 'file for the rows without an answer (default: in the folder of the run)')
    .addOption(
      new Option('--mode <mode>', 'how rows are written to an existing table').choices(['append', 'upsert']),
    )
    .addOption(new Option('--publish <when>', 'when rows become visible').choices(['whole', 'chunks']))
    .option('--stamps <names>', 'additional columns: predicted_at, model_version, request_id')
    .option(
      '--hold-distance <share>',
      'hold the output back if its distribution differs by more than this from the last one',
    )
    .option(
      '--hold-rows <share>',
      'hold the output back if it has fewer rows than this share of the last one',
    )
    .option('--hourly-cost <price>', 'price of an hour of this machine, for the receipt')
    .addOption(
      new Option('--engine <engine>', 'where rows are scored: on this machine or on a Spark cluster').choices(
        ['local', 'spark'],
      ),
    )
    .option('--master <url>', 'Spark master: local[2], spark://host:7077, yarn, k8s://… (default: local[*])')
    .option('--spark-conf <option...>', 'spark.NAME=VALUE, for spark-submit')
    .option(
      '--staging <folder>',
      'folder that all machines of the cluster share, for rows that are not yet published',
    )
    .option('-f, --file <job.yaml>', 'file that describes the job')
    .option('--again', 'start a new run of a job that is done');

/** The run to work on. Its row is on the disk when this returns. */
async function begun(
  ledger: Ledger,
  given: RequestedJob,
  options: RunOptions,
  terminal: Terminal,
): Promise<RunRow> {
  const { beginRun } = await import('../../jobs/run/begin.ts');
  const row = await beginRun(given.spec, options.again === true, runStarter(ledger));
  if (options.job === undefined && options.file === undefined) terminal.note(`job ${row.job}, run ${row.id}`);
  return row;
}

/** Works on the run, or says what has become of it. Throws JOB_RUNNING, JOB_CHANGED, JOB_HELD. */
async function goOn(
  ledger: Ledger,
  row: RunRow,
  given: RequestedJob,
  options: RunOptions & { readonly stop: AbortSignal },
  terminal: Terminal,
): Promise<void> {
  const { claimRun } = await import('../../jobs/run/begin.ts');
  const { keepSecrets } = await import('../../jobs/spec/secrets.ts');
  if (row.state === 'held') throw (await import('../../jobs/run/states.ts')).heldError(row);
  if (row.state === 'done') {
    await compareWithDone(await firstOf(ledger, row), given, options);
    return (await import('./execute.ts')).printStoredReceipt(row, terminal);
  }
  const beginner = runStarter(ledger);
  const claimed = await claimRun(beginner, row);
  if (isReplaced(claimed, given.spec)) {
    await ledger.release(claimed.id, claimed.fence, { state: 'cancelled', endedAt: Date.now() });
    return goOn(ledger, await begun(ledger, given, options, terminal), given, options, terminal);
  }
  keepSecrets(resolve(options.data), claimed.job, given.secrets);
  await completeRun(ledger, { ...claimed, spec: given.spec }, options, terminal);
}

/** A run that has decided nothing yet is simply begun anew where something else is asked for. */
const isReplaced = ({ facts, spec }: RunRow, given: JobSpec): boolean =>
  facts === null && !isDeepStrictEqual(JSON.parse(JSON.stringify(given)), spec);

/** A replay has another input than its job: what it goes back to is compared. */
async function firstOf(ledger: Ledger, row: RunRow): Promise<RunRow> {
  let first = row;
  while (first.cause === 'replay') {
    const [, base = ''] = /^replay\/(.+)\//.exec(first.due) ?? [];
    const before = await ledger.run(base);
    if (before === null) break;
    first = before;
  }
  return first;
}

async function compareWithDone(
  row: RunRow,
  given: RequestedJob,
  options: RunOptions & { stop: AbortSignal },
): Promise<void> {
  const { requireUnchanged } = await import('../../jobs/run/unchanged.ts');
  const { secretsOf } = await import('../../jobs/spec/secrets.ts');
  const dataDir = resolve(options.data);
  await requireUnchanged(row, given.spec, {
    dataDir,
    ask: (work) => withControl({ data: options.data }, work),
    secrets: { ...secretsOf(given.spec, dataDir, process.env), ...given.secrets },
    stop: options.stop,
  });
}
