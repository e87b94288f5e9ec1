/**
 * Whether anything holds the front loop: the delay of its timers (`monitorEventLoopDelay`, resolution 1 ms) under
 * full load on a tiny model, the same with a body of 10,000 rows × 30 every second, and the same beside a model of 200 ms.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { hammer } from './hammer.ts';
import type { Delays } from './loop-server.ts';

/** Milliseconds that the 99.9th percentile may reach. */
const BUDGET_MILLIS = 10;

const CLIENT_NICENESS = 10;

/** Sends what a scenario adds to the full load on `tiny`, until the signal. */
type Beside = (url: string, signal: AbortSignal) => Promise<void>;

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body });
  if (!response.ok) throw new Error(`unexpected answer: ${await response.text()}`);
  await response.arrayBuffer();
}

const largeBodies: Beside = async (url, signal) => {
  const row = Object.fromEntries(Array.from({ length: 30 }, (_, j) => [`c${j}`, (j + 0.123456789) * 1.7]));
  const body = JSON.stringify({ rows: new Array(10_000).fill(row) });
  while (!signal.aborted) {
    const next = new Promise((resolve) => setTimeout(resolve, 1000));
    await post(`${url}/models/wide/predict`, body);
    await next;
  }
};

const slowModel: Beside = async (url, signal) => {
  while (!signal.aborted) await post(`${url}/models/slow/predict`, '[[1,2,3,4]]');
};

const SCENARIOS: readonly { readonly name: string; readonly beside: Beside | null }[] = [
  { name: 'full load on a tiny model', beside: null },
  { name: 'beside a body of 10,000 rows × 30 every second', beside: largeBodies },
  { name: 'beside a model of 200 ms', beside: slowModel },
];

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'loop-server.ts'), ['tiny', 'wide', 'slow']);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

async function run(
  { child, port }: Server,
  beside: Beside | null,
  seconds: number,
): Promise<Delays & { perSecond: number }> {
  try {
    const load = { port, path: '/models/tiny/predict', body: '{"rows":[[1,2,3,4]]}', connections: 8 };
    await hammer({ ...load, seconds: 1 });
    const controller = new AbortController();
    const besides = beside?.(`http://127.0.0.1:${port}`, controller.signal);
    child.send('start');
    const { requests, elapsed } = await hammer({ ...load, seconds });
    const reply = once(child, 'message');
    child.send('stop');
    const [delays] = (await reply) as [Delays];
    controller.abort();
    await besides;
    return { ...delays, perSecond: requests / elapsed };
  } finally {
    child.kill();
  }
}

/** Prints the delays of each scenario; fails where one is over the budget. */
export async function loop({ seconds }: { seconds: number }): Promise<void> {
  process.exitCode = 0;
  const servers = await Promise.all(SCENARIOS.map(start));
  // The client stands for other machines: on the server's own cores it must not take the loop's turn. Children inherit
  // its rank, so the servers are there already.
  setPriority(CLIENT_NICENESS);
  for (const [i, { name, beside }] of SCENARIOS.entries()) {
    const { p50, p99, p999, max, held, perSecond } = await run(servers[i]!, beside, seconds);
    const millis = (value: number): string => `${value.toFixed(1)} ms`;
    console.log(
      `${name}: p99.9 ${millis(p999)} (p50 ${millis(p50)}, p99 ${millis(p99)}, max ${millis(max)}; own processor time p99.9 ${millis(held)}; ${Math.round(perSecond)} requests/s)`,
    );
    if (p999 > BUDGET_MILLIS) process.exitCode = 1;
  }
  console.log(`budget: p99.9 ${BUDGET_MILLIS} ms, over ${seconds} s each`);
}
