import { median } from '../median.ts';
import type { Load } from './load.ts';

/** All rounds of one peer on one model. */
export interface PeerResult {
  readonly peer: string;
  readonly model: string;
  readonly loads: readonly Load[];
  /** Resident megabytes after each load, children included. */
  readonly memory: readonly number[];
}

const HEADING = ['model', 'peer', 'requests/s', '× floor', 'plimsoll ×', 'p50 ms', 'p99 ms', 'MB', 'errors'];

/** Medians over the rounds as a Markdown table, then cold starts and the price of the door. */
export function report(
  results: readonly PeerResult[],
  starts: Readonly<Record<string, readonly number[]>>,
): string {
  const rows = results.map((result) => [
    result.model,
    result.peer,
    Math.round(speed(result)).toLocaleString('en'),
    (speed(result) / speed(of(results, result.model, 'floor'))).toFixed(2),
    (speed(of(results, result.model, 'plimsoll')) / speed(result)).toFixed(2),
    median(result.loads.map(({ p50 }) => p50)).toFixed(2),
    median(result.loads.map(({ p99 }) => p99)).toFixed(2),
    median(result.memory).toFixed(0),
    String(result.loads.reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  const lines = [HEADING, HEADING.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const started = Object.entries(starts).map(
    ([name, millis]) => `- ${name}: ${Math.round(median(millis))} ms`,
  );
  const door = micros(of(results, 'forest', 'plimsoll')) - micros(of(results, 'forest', 'bare'));
  return [
    ...lines,
    '',
    'Process start to first right answer (forest):',
    ...started,
    '',
    `Over bare node:http, a request with a forest row costs ${door.toFixed(1)} µs.`,
  ].join('\n');
}

const speed = ({ loads }: PeerResult): number => median(loads.map(({ perSecond }) => perSecond));
const micros = (result: PeerResult): number => 1e6 / speed(result);

function of(results: readonly PeerResult[], model: string, peer: string): PeerResult {
  const found = results.find((result) => result.model === model && result.peer === peer);
  if (!found) throw new Error(`no result of ${peer} on ${model}`);
  return found;
}
