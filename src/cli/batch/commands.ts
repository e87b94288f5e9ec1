import type { Define } from '../commands.ts';
import { discard, release } from './held.ts';
import { receipt } from './receipt.ts';
import { replayRejects } from './replay-rejects.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { schedule } from './schedule.ts';
import { batchStatus } from './status.ts';
import { pause, submit, unpause } from './submit.ts';
import { verifyReceipt } from './verify.ts';

/** `batch`: each command loads what it needs when it runs, so that a run is on record at once. */
export const batch: Define = (command, terminal) => {
  command
    .description('Scores whole tables: every row once, also when it is killed in between, with a receipt.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll batch run --model churn.joblib --input customers.parquet --output scored.parquet --key id',
        '  $ plimsoll batch resume nightly',
        '  $ plimsoll batch receipt nightly --signed',
      ].join('\n'),
    );
  const add = (name: string, summary: string, define: Define): void =>
    define(command.command(name).summary(summary), terminal);
  add('run', 'score a table', run);
  add('resume', 'go on with a job that was interrupted', resume);
  add('status', 'show jobs and their runs', batchStatus);
  add('receipt', 'show what a run came to', receipt);
  add('verify', 'check a signed receipt', verifyReceipt);
  add('replay-rejects', 'score the rows that got no answer again', replayRejects);
  add('release', 'publish the output of a run that was held back', release);
  add('discard', 'drop a run that was held back or interrupted', discard);
  add('schedule', 'have a server start a job by itself', schedule);
  add('submit', 'have a server run a job now', submit);
  add('pause', 'let a job start nothing by itself', pause);
  add('unpause', 'let a job start by itself again', unpause);
};
