import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { runSpecOf } from '../../jobs/spec/stored-spec.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { DefineCommand } from '../command.ts';
import { completeRun, interruptSignal, printStoredReceipt } from './execute.ts';
import { type BatchOptions, lastRun, runStarter, withLedger } from './ledger.ts';

interface ReplayOptions extends BatchOptions {
  readonly rows?: string;
  readonly model?: string;
}

/** `batch replay-rejects`: scores the rows without an answer again. */
export const batchReplayRejectsCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Scores the rows without an answer again: as recorded, as corrected, or with another model. Rows that succeed now are added to the output, once.',
    )
    .argument('<job>', 'name of the job')
    .option(
      '--rows <file.jsonl>',
      'corrected rows, one JSON object per line, each in place of the row with its key',
    )
    .option('--model <model>', 'another model, or another version')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll batch replay-rejects nightly --rows mended.jsonl\n  $ plimsoll batch replay-rejects nightly --model churn@4',
    )
    .action(async (job: string) => {
      const options = command.optsWithGlobals<ReplayOptions>();
      const stop = interruptSignal();
      await withLedger(options, async (ledger) => {
        const row = await replayRun(ledger, job, options);
        if (row.state === 'done') return printStoredReceipt(row, terminal);
        const { claimRun } = await import('../../jobs/run/begin.ts');
        await completeRun(ledger, await claimRun(runStarter(ledger), row), { ...options, stop }, terminal);
      });
    });
};

/** The run of this replay: the one there is, where it was asked for before. Throws JOB_STATE, USAGE. */
async function replayRun(ledger: Ledger, job: string, { data, rows, model }: ReplayOptions): Promise<RunRow> {
  const last = await lastRun(ledger, job);
  const { mendedRowsIn, replayOf } = await import('../../jobs/run/replay.ts');
  const base = last.cause === 'replay' && last.state !== 'done' ? await baseOf(ledger, last) : last;
  if (base.state !== 'done')
    throw (await import('../../jobs/run/states.ts')).overError('replay the rows of', base);
  const dataDir = resolve(data);
  const mended = rows === undefined ? null : mendedRowsIn(rows);
  const replayed = replayOf({ base, dataDir, mended, model: model ?? null });
  const now = Date.now();
  const { id, due, spec } = replayed;
  const begun = await ledger.begin(
    { name: job, spec: runSpecOf(base), createdAt: now, createdBy: runStarter(ledger).by },
    { id, cause: 'replay', due, spec, state: 'planning', createdAt: now, notBefore: now },
  );
  const run = begun ?? (await ledger.run(id));
  if (run !== null) return run;
  throw new PlimsollError('INTERNAL', { action: `replay the rows of ${job}`, reason: 'its run is gone' });
}

/** What a replay that is not finished was of. */
async function baseOf(ledger: Ledger, replay: RunRow): Promise<RunRow> {
  const base = await ledger.lastDone(replay.job, replay.id);
  if (base !== null) return base;
  throw new PlimsollError('INTERNAL', { action: `replay ${replay.id}`, reason: 'the run it is of is gone' });
}
