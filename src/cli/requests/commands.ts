import { commandGroup } from '../group.ts';
import { requestsExplainCommand } from './explain.ts';
import { requestsExportCommand } from './export.ts';
import { requestsGoldenCommand } from './golden.ts';
import { requestsReplayCommand } from './replay.ts';
import { requestsShowCommand } from './show.ts';

/** `requests`: each command loads what it needs when it runs. */
export const requestsCommand = commandGroup({
  description: 'Reads the prediction log: requests, answers, versions and times.',
  examples: [
    'plimsoll requests show 3f2a9c81d0e4-17',
    'plimsoll requests explain 3f2a9c81d0e4-17',
    'plimsoll requests export churn -o churn.parquet --from 24h',
    'plimsoll requests golden churn --drifted -o drifted.json',
    'plimsoll requests replay churn --to churn@4',
  ],
  commands: {
    show: { summary: 'show one request and its answer', define: requestsShowCommand, ignores: ['quiet'] },
    explain: {
      summary: 'explain the answer to a logged request again',
      define: requestsExplainCommand,
      ignores: ['quiet'],
    },
    export: { summary: 'write logged rows to a file for other tools', define: requestsExportCommand },
    golden: { summary: 'write logged rows as golden rows', define: requestsGoldenCommand },
    replay: {
      summary: 'send recorded requests to a server or another version',
      define: requestsReplayCommand,
    },
  },
});
