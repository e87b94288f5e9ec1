/** Jobs on Spark as a person starts them, through the real binary. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { RunReceipt } from '../../src/jobs/receipt/receipt.ts';
import { BIN } from '../cli.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `plimsoll --data DIR batch … --json`. */
export function startBatch(data: string, env: NodeJS.ProcessEnv, args: readonly string[]): Run {
  const child = spawn(process.execPath, [BIN, '--data', data, 'batch', ...args, '--json'], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
  });
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr }))),
  };
}

/** The flags that have a master score a job. */
export const onSpark = (master: string, conf: Readonly<Record<string, string>>): string[] => [
  ...['--engine', 'spark', '--master', master],
  ...Object.entries(conf).flatMap(([key, value]) => ['--spark-conf', `${key}=${value}`]),
];

/** What a command answered. Throws with all that it said where it failed. */
export async function answerOf({ ended }: Run): Promise<RunReceipt> {
  const { status, stdout, stderr } = await ended;
  if (status !== 0) throw new Error(`exit code ${status}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}
