import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { childrenOf } from '../processor.ts';

export interface Running {
  readonly child: ChildProcess;
  /** Milliseconds from starting the process to the first answer. */
  readonly startMillis: number;
  readonly firstAnswer: unknown;
  stop(): Promise<void>;
}

const POLL_MILLIS = 2;
const START_LIMIT_MILLIS = 60_000;

/** Starts a server and sends `body` to `path` until it answers. */
export async function startPeer(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  port: number,
  body: string,
  path = '/predict',
): Promise<Running> {
  // PYTHONDONTWRITEBYTECODE would make every Python start compile its libraries anew
  const { PYTHONDONTWRITEBYTECODE: _unset, ...inherited } = process.env;
  const [program, ...args] = command;
  const started = performance.now();
  const child = spawn(program!, args, {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let firstAnswer: unknown;
  while (firstAnswer === undefined) {
    if (child.exitCode !== null || performance.now() - started > START_LIMIT_MILLIS) {
      child.kill();
      throw new Error(`${command.join(' ')}: no answer (exit code ${child.exitCode})`);
    }
    firstAnswer = await post(port, body, path).catch(() => undefined);
    if (firstAnswer === undefined) await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  const startMillis = performance.now() - started;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  return { child, startMillis, firstAnswer, stop };
}

/** One request on its own connection; rejects on anything but 200. */
export function post(port: number, body: string, path = '/predict'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(
      { port, host: '127.0.0.1', path, method: 'POST', agent: false, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${answer.statusCode}: ${text}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Resident memory in MB of a process and all its children. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  return childrenOf(pid).reduce((sum, child) => sum + residentMegabytes(child), own);
}
