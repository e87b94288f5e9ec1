/** Results as tables: the median of the rounds, and of how far each was off. */
import { formatTable } from '../../src/cli/output/table.ts';
import { median } from '../median.ts';
import type { CapacityResults } from './capacity.ts';
import type { Quantiles } from './latency.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Predicted, measured, and how far the one is from the other. */
function cells(predicted: number, measured: number, text: (value: number) => string): string[] {
  const off = 100 * (predicted / measured - 1);
  return [text(predicted), text(measured), `${off >= 0 ? '+' : ''}${off.toFixed(0)} %`];
}

export const capacityTables = (results: CapacityResults): string =>
  [saturationTable(results), batchTable(results), latencyTable(results)].filter(Boolean).join('\n\n');

function saturationTable({ saturation }: CapacityResults): string {
  const lines = Object.values(saturation).flatMap(({ case: name, rows }) =>
    rows.map((row) => [
      name,
      row.lane,
      row.limit,
      whole(row.rows),
      ...cells(row.predicted, median(row.measured), whole),
      String(row.measured.length),
    ]),
  );
  const head = ['saturation', 'lane', 'limit', 'rows', 'predicted/s', 'measured/s', 'off', 'rounds'];
  return lines.length === 0 ? '' : formatTable([head, ...lines]);
}

function batchTable({ batch }: CapacityResults): string {
  const lines = Object.values(batch).flatMap(({ case: name, rows, lanes }) =>
    lanes.map((row) => [
      name,
      String(row.lanes),
      whole(rows),
      ...cells(median(row.predicted), median(row.measured), whole),
      String(row.measured.length),
    ]),
  );
  const head = ['batch', 'lanes', 'rows', 'predicted rows/s', 'measured rows/s', 'off', 'rounds'];
  return lines.length === 0 ? '' : formatTable([head, ...lines]);
}

function latencyTable({ latency }: CapacityResults): string {
  const millis = (value: number): string => value.toFixed(1);
  const middle = (rounds: readonly Quantiles[], of: keyof Quantiles): number =>
    median(rounds.map((round) => round[of]));
  const lines = Object.values(latency).flatMap(({ case: name, lane, loads }) =>
    loads.map(({ load, predicted, measured, requests, failed }) => [
      ...[name, lane, `${Math.round(100 * load)} %`],
      ...cells(middle(predicted, 'p50'), middle(measured, 'p50'), millis),
      ...cells(middle(predicted, 'p99'), middle(measured, 'p99'), millis),
      ...[whole(requests), String(failed), String(measured.length)],
    ]),
  );
  const head = [
    'latency',
    'lane',
    'load',
    'p50 predicted',
    'measured',
    'off',
    'p99 predicted',
    'measured',
    'off',
    'requests',
    'failed',
    'rounds',
  ];
  return lines.length === 0 ? '' : formatTable([head, ...lines]);
}
