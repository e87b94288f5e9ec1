/** A receipt as a person reads it. */

import type { RunReceipt } from '../../jobs/receipt/receipt.ts';
import { countText } from '../../text/count.ts';
import { durationText } from '../../text/duration.ts';
import { grouped, numberText } from '../../text/numbers.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

/** Some lines: what came of the rows, by which model, where to, how fast. */
export function receiptText(receipt: RunReceipt): string {
  const { job, run, state, rows, model, output, rejects, digests } = receipt;
  const name = model.name === null ? model.file : `${model.name}@${model.version}`;
  const lines: (readonly [string, string])[] = [
    ['rows', `${grouped(rows.read)} read, ${grouped(rows.ok)} ok, ${badText(rows)}`],
    ['model', `${printable(name)} (${model.runtime}, sha256 ${model.digest.slice(0, 12)}…)`],
    ...explainedLines(receipt),
    ['output', `${printable(output.where)}, ${countText(output.rows, 'row')}`],
    ...(rejects === null
      ? []
      : [['rejects', `${printable(rejects.where)}, ${countText(rejects.rows, 'row')}`] as const]),
    ['time', timeText(receipt)],
    ['keys', `sha256 ${digests.keys}`],
    ...receipt.checks.map(({ name: check, detail }) => ['check', `${check}: ${printable(detail)}`] as const),
  ];
  return `${job}: run ${run} is ${state}\n${formatTable(lines)}`;
}

function explainedLines({ explanation }: RunReceipt): readonly (readonly [string, string])[] {
  if (explanation === undefined) return [];
  const { top, output, method, background } = explanation;
  const against = background === null ? '' : `, background sha256 ${background.slice(0, 12)}…`;
  return [['reasons', `${top} of each row, of ${printable(output)} by ${method}${against}`]];
}

const badText = ({ rejected, failed, skipped }: RunReceipt['rows']): string =>
  [
    `${grouped(rejected)} rejected`,
    `${grouped(failed)} failed`,
    ...(skipped > 0 ? [`${grouped(skipped)} skipped`] : []),
  ].join(', ');

function timeText({ seconds, rowsPerSecond, attempts, cost }: RunReceipt): string {
  const again = attempts > 1 ? `, in ${attempts} attempts` : '';
  const price = cost === undefined ? '' : `, cost ${cost.total}`;
  return `${durationText(1000 * seconds)}${again}, ${numberText(rowsPerSecond)} rows/s${price}`;
}
