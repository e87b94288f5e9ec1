/**
 * What the door costs: processor time a request of the whole prediction path around an engine that takes no time,
 * against a bare `node:http` server that reads the body and answers a constant of the same length. Both run at the
 * same load, in turns, each in a process of its own; the median of the pairs' differences counts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { columnNames } from './door-columns.ts';
import { hammer } from './hammer.ts';
import { median } from './median.ts';

/** Microseconds that the door may cost over bare `node:http`, for a row of four columns. */
const BUDGET_MICROS = 3;
const CONNECTIONS = 8;
const WIDTHS = [4, 30];

const bodyOf = (width: number): string =>
  JSON.stringify({ rows: [Object.fromEntries(columnNames(width).map((name, j) => [name, j + 0.25]))] });

interface Peer {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startPeer(role: string, width: number): Promise<Peer> {
  const child = fork(join(import.meta.dirname, 'door-server.ts'), [role, String(width)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

interface Sample {
  /** Processor microseconds a request. */
  readonly micros: number;
  readonly perSecond: number;
}

async function measure({ child, port }: Peer, body: string, seconds: number): Promise<Sample> {
  child.send('start');
  const { requests, elapsed } = await hammer({
    port,
    path: '/predict',
    body,
    connections: CONNECTIONS,
    seconds,
  });
  const reply = once(child, 'message');
  child.send('stop');
  const [{ micros }] = (await reply) as [{ micros: number }];
  return { micros: micros / requests, perSecond: requests / elapsed };
}

interface Result {
  readonly columns: number;
  readonly bareMicros: number;
  readonly doorMicros: number;
  /** Median over pairs of door minus bare. */
  readonly costMicros: number;
  readonly barePerSecond: number;
  readonly doorPerSecond: number;
}

async function compare(width: number, rounds: number, seconds: number): Promise<Result> {
  const [bare, door] = [await startPeer('bare', width), await startPeer('door', width)];
  const body = bodyOf(width);
  try {
    for (const peer of [bare, door]) await measure(peer, body, seconds);
    const pairs: { bare: Sample; door: Sample }[] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push({ bare: await measure(bare, body, seconds), door: await measure(door, body, seconds) });
    }
    return {
      columns: width,
      bareMicros: median(pairs.map((pair) => pair.bare.micros)),
      doorMicros: median(pairs.map((pair) => pair.door.micros)),
      costMicros: median(pairs.map((pair) => pair.door.micros - pair.bare.micros)),
      barePerSecond: median(pairs.map((pair) => pair.bare.perSecond)),
      doorPerSecond: median(pairs.map((pair) => pair.door.perSecond)),
    };
  } finally {
    bare.child.kill();
    door.child.kill();
  }
}

function show({ columns, bareMicros, doorMicros, costMicros, barePerSecond, doorPerSecond }: Result): string {
  const micros = (value: number): string => `${value.toFixed(2)} µs`;
  const rates = `${Math.round(barePerSecond)} and ${Math.round(doorPerSecond)} requests/s`;
  return `${columns} columns: bare ${micros(bareMicros)}, door ${micros(doorMicros)}, cost of the door ${micros(costMicros)} (${rates})`;
}

/** Prints the cost of the door by width of the row; fails where it is over its budget. */
export async function door({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const results: Result[] = [];
  for (const width of WIDTHS) results.push(await compare(width, rounds, seconds));
  console.log(`${results.map(show).join('\n')}\nbudget: ${BUDGET_MICROS} µs for ${WIDTHS[0]} columns`);
  process.exitCode = results[0]!.costMicros <= BUDGET_MICROS ? 0 : 1;
}
