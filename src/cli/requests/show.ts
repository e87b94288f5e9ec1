import { isRecord } from '../../core/record.ts';
import type { RequestLabel } from '../../monitor/port.ts';
import type { DefineCommand } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { withPredictionLog } from './log.ts';

/** `requests show`: what one request was asked and answered. */
export const requestsShowCommand: DefineCommand = (command, terminal) => {
  command
    .description('Shows one request with its answer, version and time.')
    .argument('<request>', 'id of the request, as in the answer and the header x-request-id')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll requests show 3f2a9c81d0e4-17\n  $ plimsoll requests show order-7 --json',
    )
    .action(async (id: string) => {
      const options = command.optsWithGlobals<{ readonly data: string }>();
      const { findLoggedRequest } = await import('../../monitor/log/find-request.ts');
      const found = await withPredictionLog(options, (log) => findLoggedRequest(log, id));
      terminal.answer(found, () => [...found.rows.map(rowText), ...found.labels.map(labelText)].join('\n\n'));
    });
};

const labelText = ({ metric, value, at }: RequestLabel): string =>
  `${metric}: ${value}, ${new Date(at).toISOString()}`;

type Row = Readonly<Record<string, unknown>>;

function rowText(row: Row): string {
  const { time, model, version, endpoint, latencyMillis, role, redacted } = row;
  const ms = typeof latencyMillis === 'number' ? `, ${latencyMillis.toFixed(1)} ms` : '';
  const by = endpoint === null ? '' : ` for ${String(endpoint)}`;
  const part = role === null ? '' : ` (${String(role)})`;
  const hidden = isRecord(redacted) ? redacted : {};
  const cells = (title: string, of: unknown): (readonly string[])[] =>
    Object.entries(isRecord(of) ? of : {}).map(([name, value], i) => [
      i === 0 ? title : '',
      name,
      value === null ? '–' : String(value),
      Object.hasOwn(hidden, name) ? `(${String(hidden[name])})` : '',
    ]);
  const head = `row ${String(row['row'])}: ${String(time)}, ${String(model)}@${String(version)}${part}${by}${ms}`;
  const asked = [...cells('asked', row['inputs']), ...cells('answered', row['outputs'])];
  return [head, formatTable([...asked, ...reasonCells(row['explanation'])])].join('\n');
}

/** What was told of the answer's reasons, the words or the columns. */
function reasonCells(explanation: unknown): readonly (readonly string[])[] {
  const reasons = isRecord(explanation) ? explanation['reasons'] : [];
  if (!Array.isArray(reasons)) return [];
  return reasons
    .filter(isRecord)
    .map(({ feature, text, attribution }, i) => [
      i === 0 ? 'because' : '',
      String(feature),
      typeof attribution === 'number' ? attribution.toPrecision(4) : '',
      typeof text === 'string' ? text : '',
    ]);
}
