import { extname } from 'node:path';
import type { ControlApi, FeedbackReceipt } from '../../control/port.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { withFile } from '../../files/file-source.ts';
import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControl, withControlOptions } from '../connection/control.ts';
import { commandGroup } from '../group.ts';
import type { ProgressIndicator } from '../output/progress.ts';
import type { FeedbackFile, FeedbackLine } from './items.ts';

interface ImportOptions extends ControlOptions {
  readonly endpoint?: string;
}

/** Items in one request. */
const BATCH = 5000;

/** `feedback import`: what became of the answers. */
const importFeedback: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Reads labels or business values from JSON Lines (.jsonl) or CSV (.csv).')
    .argument('<file>', 'file with one item per line')
    .option('--endpoint <name>', 'endpoint of items that name none')
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      const options = command.optsWithGlobals<ImportOptions>();
      const { feedbackBatches, countValidItems } = await import('./items.ts');
      const source: FeedbackFile = { path: fileAt(file), kind: kindOf(file), endpoint: options.endpoint };
      const progress = terminal.progress(file);
      try {
        progress.update('checking');
        const total = await countValidItems(source);
        const taken = await withControl(options, (control) =>
          sendAll(control, feedbackBatches(source, BATCH), total, progress),
        );
        const kept = taken.durable === false ? '; the server keeps them until the store is back' : '';
        terminal.answer(taken, () => `${countText(taken.accepted, 'item')} accepted${kept}`);
      } finally {
        progress.done();
      }
    });
};

const HELP = `
A label for an answer, or a value of a metric for a unit; "time" is when it
happened (default: now):
  {"endpoint":"churn","requestId":"01J…","label":"leaves"}
  {"endpoint":"churn","unit":"user-42","metric":"revenue","value":12.5,"time":"2026-05-01T12:00:00Z"}

In CSV the first line names these columns.

Examples:
  $ plimsoll feedback import labels.jsonl
  $ plimsoll feedback import revenue.csv --endpoint churn
`;

/** `feedback`: what became of the answers. */
export const feedbackCommand = commandGroup({
  description: 'Imports what became of the answers: labels and business metrics.',
  examples: [
    'plimsoll feedback import labels.jsonl',
    'plimsoll feedback import revenue.csv --endpoint churn',
  ],
  commands: {
    import: { summary: 'import labels or metrics from a file', define: importFeedback },
  },
});

function kindOf(file: string): 'jsonl' | 'csv' {
  const kind = extname(file).toLowerCase();
  if (kind === '.csv') return 'csv';
  if (kind === '.jsonl' || kind === '.ndjson') return 'jsonl';
  const reason = `"${file}" ends in "${kind}", expected .jsonl or .csv`;
  throw new PlimsollError('USAGE', { reason, command: 'feedback import' });
}

/** The path of a regular file. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
const fileAt = (path: string): string => withFile(path, () => path);

/** Throws what the first batch was refused with; of a later one FEEDBACK_PARTIAL, since those before it are kept. */
async function sendAll(
  control: ControlApi,
  all: AsyncIterable<readonly FeedbackLine[]>,
  total: number,
  progress: ProgressIndicator,
): Promise<FeedbackReceipt> {
  let accepted = 0;
  let durable: FeedbackReceipt['durable'];
  let line = 0;
  for await (const batch of all) {
    try {
      const taken = await control.feedback(batch.map(({ item }) => item));
      accepted += taken.accepted;
      durable = taken.durable;
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      const problems = withLines(error, batch);
      if (accepted > 0)
        throw new PlimsollError('FEEDBACK_PARTIAL', { accepted, count: total, line, problems });
      const isAboutItems = error.code === 'FEEDBACK_INVALID' || error.code === 'REQUEST_INVALID';
      throw isAboutItems ? new PlimsollError('FEEDBACK_INVALID', { problems }) : error;
    }
    line = batch.at(-1)?.line ?? line;
    progress.update(`${grouped(accepted)} of ${grouped(total)} items`, accepted / total);
  }
  return durable === undefined ? { accepted } : { accepted, durable };
}

/** `[3].value` of what may be kept, `body/3/value` of what may be sent. */
const INDEX = /^(?:\[(\d+)\]|body\/(\d+))[./]? ?/;

/** The control plane names items by their index in what it was sent; a person reads lines. */
function withLines(error: PlimsollError, batch: readonly FeedbackLine[]): string {
  const { list } = error.details;
  if (!Array.isArray(list)) return error.message;
  const named = list.map((problem) =>
    String(problem).replace(INDEX, (_, a, b) => `line ${batch[Number(a ?? b)]?.line}: `),
  );
  return named.join('; ');
}
