import { commandGroup } from '../group.ts';
import { batchDiscardCommand } from './discard.ts';
import { batchPauseCommand, batchUnpauseCommand } from './pause.ts';
import { batchReceiptCommand } from './receipt.ts';
import { batchRejectsCommand } from './rejects.ts';
import { batchReleaseCommand } from './release.ts';
import { batchReplayRejectsCommand } from './replay-rejects.ts';
import { batchResumeCommand } from './resume.ts';
import { batchRunCommand } from './run.ts';
import { batchScheduleCommand } from './schedule.ts';
import { batchStatusCommand } from './status.ts';
import { batchSubmitCommand } from './submit.ts';
import { batchVerifyCommand } from './verify.ts';

/** `batch`: each command loads what it needs when it runs, so that a run is on record at once. */
export const batchCommand = commandGroup({
  description:
    'Scores whole tables: every row exactly once, even if it is killed in between, with a receipt.',
  examples: [
    'plimsoll batch run --model churn.joblib --input customers.parquet --output scored.parquet --key id',
    'plimsoll batch resume nightly',
    'plimsoll batch receipt nightly --signed',
  ],
  commands: {
    run: { summary: 'score a table', define: batchRunCommand },
    resume: { summary: 'continue a job that was interrupted', define: batchResumeCommand },
    status: { summary: 'show jobs and their runs', define: batchStatusCommand, ignores: ['quiet'] },
    receipt: { summary: 'show the receipt of the last run', define: batchReceiptCommand, ignores: ['quiet'] },
    verify: { summary: 'check a signed receipt', define: batchVerifyCommand, ignores: ['quiet'] },
    rejects: {
      summary: 'count the rows that got no answer',
      define: batchRejectsCommand,
      ignores: ['quiet'],
    },
    'replay-rejects': {
      summary: 'score the rows again that got no answer',
      define: batchReplayRejectsCommand,
    },
    release: { summary: 'publish the output of a run that was held back', define: batchReleaseCommand },
    discard: {
      summary: 'drop a run that was held back or interrupted',
      define: batchDiscardCommand,
      ignores: ['quiet'],
    },
    schedule: { summary: 'set when a server starts a job by itself', define: batchScheduleCommand },
    submit: { summary: 'have a server run a job now', define: batchSubmitCommand },
    pause: { summary: 'stop a job from starting by itself', define: batchPauseCommand, ignores: ['quiet'] },
    unpause: { summary: 'let a job start by itself again', define: batchUnpauseCommand, ignores: ['quiet'] },
  },
});
