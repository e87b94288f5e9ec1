import { extname } from 'node:path';
import type { Control, FeedbackItem } from '../control/port.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Define } from './commands.ts';
import { type ControlOptions, withControl, withControlOptions } from './control.ts';
import { count } from './table.ts';

interface ImportOptions extends ControlOptions {
  readonly endpoint?: string;
}

/** Items in one request. */
const BATCH = 5000;

/** `feedback import`: what became of the answers. */
export const feedback: Define = (command, terminal) => {
  command.description('Brings in what became of the answers: labels and business values.');
  const bring = command.command('import').summary('labels or values from a file');
  withControlOptions(bring)
    .description('Reads labels or business values from JSON Lines (.jsonl) or CSV (.csv).')
    .argument('<file>', 'one item a line')
    .option('--endpoint <name>', 'endpoint of the items that name none')
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      const options = bring.optsWithGlobals<ImportOptions>();
      const { readText } = await import('./text-file.ts');
      const { itemsOf } = await import('./feedback-items.ts');
      const items = itemsOf(readText(file), kindOf(file), options.endpoint);
      const progress = terminal.progress(file);
      try {
        const accepted = await withControl(options, (control) =>
          sendAll(control, items, (done) => progress.update(`${done} items`, done / items.length)),
        );
        terminal.answer({ accepted }, () => `${count(accepted, 'item')} accepted`);
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

function kindOf(file: string): 'jsonl' | 'csv' {
  const kind = extname(file).toLowerCase();
  if (kind === '.csv') return 'csv';
  if (kind === '.jsonl' || kind === '.ndjson') return 'jsonl';
  const reason = `"${file}" ends in "${kind}", wanted .jsonl or .csv`;
  throw new PlimsollError('USAGE', { reason, command: 'feedback import' });
}

async function sendAll(
  control: Control,
  items: readonly FeedbackItem[],
  onProgress: (done: number) => void,
): Promise<number> {
  let accepted = 0;
  for (let from = 0; from < items.length; from += BATCH) {
    accepted += (await control.feedback(items.slice(from, from + BATCH))).accepted;
    onProgress(accepted);
  }
  return accepted;
}
