/** The arms side by side. */
import type { ArmView } from '../../../control/port.ts';
import { grouped } from '../../../text/numbers.ts';
import { percent } from '../../../text/percent.ts';
import { millisText } from './numbers.ts';
import { alignColumns, type StyledLine } from './styled-line.ts';

const HEAD = ['Arm', 'version', 'units', 'failed', 'rate', 'p50', 'p95', 'p99'];

export function armLines(arms: readonly ArmView[], width: number): StyledLine[] {
  if (arms.length === 0) return [];
  return alignColumns(HEAD, arms.map(cells), width, ['p50', 'p95', 'version']);
}

function cells({ name, version, units, failures, latency }: ArmView): string[] {
  const times = latency === null ? ['-', '-', '-'] : [latency.p50, latency.p95, latency.p99].map(millisText);
  const rate = units === 0 ? '-' : percent(failures / units);
  return [name, String(version), grouped(units), grouped(failures), rate, ...times];
}
