import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Load {
  readonly perSecond: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

const CONNECTIONS = 8;

/** Drives `/predict` with wrk; `bodies` names a file with one request body a line. */
export async function drive(
  port: number,
  bodies: string,
  seconds: number,
  connections = CONNECTIONS,
): Promise<Load> {
  const args = [
    ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--latency'],
    ...['--script', join(import.meta.dirname, 'load.lua'), `http://127.0.0.1:${port}`],
  ];
  const env = { ...process.env, BODIES: bodies, TARGET: '/predict' };
  const { stdout } = await promisify(execFile)('wrk', args, { env });
  const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  return {
    perSecond: found['requests']! / (found['micros']! / 1e6),
    p50: found['p50']! / 1000,
    p99: found['p99']! / 1000,
    errors: found['errors']!,
  };
}
