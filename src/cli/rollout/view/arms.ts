/** The arms side by side. */
import type { ArmView } from '../../../control/port.ts';
import { grouped } from '../../../core/digits.ts';

import { millis, percent } from './numbers.ts';
import { columns, type Line } from './paint.ts';

const HEAD = ['Arm', 'version', 'units', 'failed', 'rate', 'p50', 'p95', 'p99'];

export function armLines(arms: readonly ArmView[], width: number): Line[] {
  if (arms.length === 0) return [];
  return columns(HEAD, arms.map(cells), width, ['p50', 'p95', 'version']);
}

function cells({ name, version, units, failures, latency }: ArmView): string[] {
  const times = latency === null ? ['-', '-', '-'] : [latency.p50, latency.p95, latency.p99].map(millis);
  const rate = units === 0 ? '-' : percent(failures / units);
  return [name, String(version), grouped(units), grouped(failures), rate, ...times];
}
