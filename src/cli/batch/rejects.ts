import type { RejectGroups } from '../../jobs/rejects/list-rejects.ts';
import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import { truncate } from '../../text/truncate.ts';
import type { DefineCommand } from '../command.ts';
import { exampleText } from '../group.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';
import { type JobServiceOptions, withJobs } from './jobs.ts';

interface RejectsOptions extends JobServiceOptions {
  readonly run?: string;
}

/** `batch rejects`: rows without an answer, counted by what is wrong with them. */
export const batchRejectsCommand: DefineCommand = (command, terminal) => {
  command
    .description('Counts the rows of a run that got no answer, by what is wrong with them.')
    .argument('<job>', 'name of the job')
    .option('--run <id>', 'id of the run (default: the last one)')
    .option('--url <url>', 'server to call (default: the ledger of --data)')
    .addHelpText('after', exampleText(['plimsoll batch rejects nightly']))
    .action(async (job: string) => {
      const options = command.optsWithGlobals<RejectsOptions>();
      const counted = await withJobs(options, async (jobs) => {
        const id = options.run ?? (await jobs.job(job)).latest?.id;
        return id === undefined ? NONE : jobs.rejectGroups(job, id);
      });
      terminal.answer(counted, () => rejectsText(counted));
    });
};

/** Of a job that has not run yet. */
const NONE: RejectGroups = { groups: [], rows: 0, isWhole: true };

const REASON_MAX = 80;

function rejectsText({ groups, rows, isWhole }: RejectGroups): string {
  if (rows === 0) return 'every row has an answer';
  const lines = groups.map((group) =>
    [
      grouped(group.rows),
      group.outcome,
      group.column ?? '',
      group.code,
      truncate(group.reason, REASON_MAX),
    ].map(printable),
  );
  const head = ['ROWS', 'OUTCOME', 'COLUMN', 'CODE', 'REASON OF THE FIRST'];
  const more = isWhole ? '' : `\nCounted of the first ${countText(rows, 'row')}`;
  return `${fittedTable([head, ...lines], terminalWidth(), ['ROWS', 'CODE'])}${more}`;
}
