/**
 * What routing and recording cost: processor time a request of an endpoint with a candidate at 50 % and everything
 * recorded, against an endpoint at rest in the same process: two processes differ by more than that, by how their code
 * happens to be compiled. Both get the same requests, of 5,000 units, in interleaved pairs, in several processes one
 * after the other; the interval of the mean difference is a bootstrap's over pairs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { seededRandom } from '../src/core/random.ts';
import { columnNames } from './door-columns.ts';
import { median } from './median.ts';
import { sendUnits } from './unit-load.ts';

/** Microseconds of processor time that routing and recording may cost. */
const BUDGET_MICROS = 3;
/** p99 with recording on, as a multiple of p99 with it off. */
const BUDGET_P99 = 1.5;
const CONNECTIONS = 8;
/** Requests of one run: short, so that what else the machine does falls on both sides of a pair. */
const REQUESTS = 2000;
const PAIRS_A_ROUND = 60;
/** Pairs before any counts: code that is compiled anew half way is no cost of a request. */
const WARM_UP = 40;
const RESAMPLES = 10_000;

const BODY = JSON.stringify({
  rows: [Object.fromEntries(columnNames(4).map((name, j) => [name, j + 0.25]))],
});

interface Peer {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startPeer(): Promise<Peer> {
  const child = fork(join(import.meta.dirname, 'routing-server.ts'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

interface Sample {
  /** Processor microseconds a request. */
  readonly micros: number;
  /** Milliseconds of each request. */
  readonly millis: Float64Array;
}

type Role = 'rest' | 'canary';

/** One run of requests; `round` says whose turn it is, so that both of a pair get the same ones. */
async function measure({ child, port }: Peer, role: Role, round: number): Promise<Sample> {
  child.send('start');
  const run = { connections: CONNECTIONS, count: REQUESTS, first: round * REQUESTS };
  const millis = await sendUnits({ port, path: `/models/${role}/predict`, bodies: [BODY], ...run });
  const reply = once(child, 'message');
  child.send('stop');
  const [{ micros }] = (await reply) as [{ micros: number }];
  return { micros: micros / REQUESTS, millis };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
function p99(samples: readonly Sample[]): number {
  const all = Float64Array.from(samples.flatMap(({ millis }) => [...millis])).sort();
  return all[Math.ceil(0.99 * all.length) - 1]!;
}

/** 95 % percentile interval of the mean (Efron 1979). */
function bootstrap(values: readonly number[]): readonly [number, number] {
  const random = seededRandom(1);
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[Math.floor(random.next() * values.length)]!)),
  ).sort();
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!];
}

interface Pair {
  readonly rest: Sample;
  readonly canary: Sample;
}

/** Pairs of one process; the order alternates, so that a drift of the machine favours neither. */
async function pairsOf(peer: Peer): Promise<Pair[]> {
  const pair = async (round: number): Promise<Pair> => {
    const first = await measure(peer, round % 2 === 0 ? 'rest' : 'canary', round);
    const second = await measure(peer, round % 2 === 0 ? 'canary' : 'rest', round);
    return round % 2 === 0 ? { rest: first, canary: second } : { rest: second, canary: first };
  };
  const pairs: Pair[] = [];
  try {
    for (let round = 0; round < WARM_UP; round++) await pair(round);
    for (let round = 0; round < PAIRS_A_ROUND; round++) pairs.push(await pair(round));
  } finally {
    peer.child.kill();
  }
  return pairs;
}

/** Prints the cost by pairs of runs; fails where its interval or p99 is over budget. */
export async function routing({ rounds }: { rounds: number }): Promise<void> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) pairs.push(...(await pairsOf(await startPeer())));
  const costs = pairs.map((pair) => pair.canary.micros - pair.rest.micros);
  const [low, high] = bootstrap(costs);
  const ratio = p99(pairs.map((pair) => pair.canary)) / p99(pairs.map((pair) => pair.rest));
  const micros = (value: number): string => `${value.toFixed(2)} µs`;
  console.log(
    `${pairs.length} pairs of ${REQUESTS} requests
resting ${micros(median(pairs.map((pair) => pair.rest.micros)))}, routed and recorded ${micros(median(pairs.map((pair) => pair.canary.micros)))} of processor time a request
cost ${micros(mean(costs))}, 95 % interval ${micros(low)} to ${micros(high)}; budget ${micros(BUDGET_MICROS)}
p99 ${ratio.toFixed(2)} times as long; budget ${BUDGET_P99}`,
  );
  process.exitCode = high <= BUDGET_MICROS && ratio <= BUDGET_P99 ? 0 : 1;
}
