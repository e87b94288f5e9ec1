import { commandGroup } from '../group.ts';
import { discard, release } from './held.ts';
import { pause, unpause } from './pause.ts';
import { receipt } from './receipt.ts';
import { replayRejects } from './replay-rejects.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { schedule } from './schedule.ts';
import { batchStatus } from './status.ts';
import { submit } from './submit.ts';
import { verifyReceipt } from './verify.ts';

/** `batch`: each command loads what it needs when it runs, so that a run is on record at once. */
export const batch = commandGroup({
  description: 'Scores whole tables: every row once, also when it is killed in between, with a receipt.',
  examples: [
    'plimsoll batch run --model churn.joblib --input customers.parquet --output scored.parquet --key id',
    'plimsoll batch resume nightly',
    'plimsoll batch receipt nightly --signed',
  ],
  commands: {
    run: { summary: 'score a table', define: run },
    resume: { summary: 'continue a job that was interrupted', define: resume },
    status: { summary: 'show jobs and their runs', define: batchStatus, ignores: ['quiet'] },
    receipt: { summary: 'show the receipt of the last run', define: receipt, ignores: ['quiet'] },
    verify: { summary: 'check a signed receipt', define: verifyReceipt, ignores: ['quiet'] },
    'replay-rejects': { summary: 'score the rows again that got no answer', define: replayRejects },
    release: { summary: 'publish the output of a run that was held back', define: release },
    discard: {
      summary: 'drop a run that was held back or interrupted',
      define: discard,
      ignores: ['quiet'],
    },
    schedule: { summary: 'set when a server starts a job by itself', define: schedule },
    submit: { summary: 'have a server run a job now', define: submit },
    pause: { summary: 'stop a job from starting by itself', define: pause, ignores: ['quiet'] },
    unpause: { summary: 'let a job start by itself again', define: unpause, ignores: ['quiet'] },
  },
});
