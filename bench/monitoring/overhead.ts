/**
 * What monitoring costs at full load: processor time a request that a server spends on an endpoint that is watched, beyond
 * what it spends on one that is not, in the same process, plus that of the process that watches. Both endpoints get the same
 * requests in interleaved pairs of slices; two processes would differ by more than that, by how their code happens to be
 * compiled. The process that watches works in batches, so it is measured over a longer load. Intervals are a bootstrap's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../src/core/random.ts';
import { preparePython, run } from '../../tools/python-environment.ts';
import { childrenOf, processorMicros } from '../processor.ts';
import { ROOT, WORK } from '../serving/peers.ts';
import { sendUnits } from '../unit-load.ts';

/** Share of the processor time of a request that monitoring may cost. */
const BUDGET = 0.05;
const CONNECTIONS = 8;
const PAIRS_A_ROUND = 5;
const WARM_UP = 2;
/** Slices of the longer load; the first one is not counted: what it left behind is read in the next. */
const LONG = 4;
/** What a slice left behind has been written after this time. */
const SETTLE_MILLIS = 1500;
const IDLE_MILLIS = 5000;
const RESAMPLES = 10_000;
/** Rows whose bins are the reference: few, so that it is there when the warm-up ends. */
const REFERENCE = 1000;

/** Requests of a slice take some seconds, so that the rate at which rows are kept is that of a steady load. */
const MODELS = [
  { name: 'forest', features: 30, requests: 60_000 },
  { name: 'wide', features: 1000, requests: 4000 },
] as const;
type Model = (typeof MODELS)[number];

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Processor microseconds a request, of the process that answers. */
interface Pair {
  readonly off: number;
  readonly on: number;
}

/** Processor microseconds, a request under the longer load, of the process that watches; requests a second then. */
interface Watching {
  readonly micros: number;
  readonly rate: number;
}

interface Round {
  readonly pairs: readonly Pair[];
  readonly watching: readonly Watching[];
  /** Microseconds a second of the process that answers, and of the one that watches, while nobody asks. */
  readonly idle: { readonly serving: number; readonly watching: number };
}

async function start(model: Model, folder: string): Promise<Server> {
  const config = join(folder, 'plimsoll.json');
  const monitors = { off: { log: { sample: 0 } }, on: { drift: { warmup: REFERENCE } } };
  writeFileSync(config, JSON.stringify({ monitors }));
  const file = join(WORK, 'monitoring', `${model.name}.joblib`);
  const words = ['serve', `on=${file}`, `off=${file}`, '--json', '--port', '0', '--workers', '1'];
  const where = ['--data', join(folder, 'data'), '--config', config];
  const profile = process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? [];
  const child = spawn(process.execPath, [...profile, join(ROOT, 'bin/plimsoll.js'), ...words, ...where], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  return { child, port: Number(new URL(url).port) };
}

async function stop({ child }: Server): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Processor time of the process that watches: the one child of a server that answers itself. */
const watchingMicros = ({ child }: Server): number =>
  childrenOf(child.pid!).reduce((sum, pid) => sum + processorMicros(pid), 0);

const send = (server: Server, endpoint: string, bodies: readonly string[], count: number): Promise<unknown> =>
  sendUnits({
    ...{ port: server.port, path: `/models/${endpoint}/predict`, bodies, count },
    ...{ connections: CONNECTIONS, first: 0 },
  });

/** Processor microseconds a request beyond what the process uses anyway. */
async function slice(
  server: Server,
  endpoint: string,
  bodies: readonly string[],
  count: number,
  idle: number,
): Promise<number> {
  const pid = server.child.pid!;
  const before = processorMicros(pid);
  const started = performance.now();
  await send(server, endpoint, bodies, count);
  await pause(SETTLE_MILLIS);
  const seconds = (performance.now() - started) / 1000;
  return (processorMicros(pid) - before - idle * seconds) / count;
}

/** The order alternates, so that a drift of the machine favours neither. */
async function pairOf(
  server: Server,
  bodies: readonly string[],
  count: number,
  idle: number,
  isFirst: boolean,
): Promise<Pair> {
  const of = (endpoint: string): Promise<number> => slice(server, endpoint, bodies, count, idle);
  if (!isFirst) {
    const on = await of('on');
    return { off: await of('off'), on };
  }
  const off = await of('off');
  return { off, on: await of('on') };
}

async function watched(server: Server, bodies: readonly string[], count: number): Promise<Watching[]> {
  const found: Watching[] = [];
  for (let k = 0; k < LONG; k++) {
    const [before, started] = [watchingMicros(server), performance.now()];
    await send(server, 'on', bodies, 3 * count);
    const seconds = (performance.now() - started) / 1000;
    const micros = (watchingMicros(server) - before) / (3 * count);
    if (k > 0) found.push({ micros, rate: (3 * count) / seconds });
  }
  return found;
}

async function idleOf(server: Server): Promise<Round['idle']> {
  await pause(3 * SETTLE_MILLIS);
  const before = [processorMicros(server.child.pid!), watchingMicros(server)] as const;
  await pause(IDLE_MILLIS);
  const rate = (after: number, from: number): number => (after - from) / (IDLE_MILLIS / 1000);
  return {
    serving: rate(processorMicros(server.child.pid!), before[0]),
    watching: rate(watchingMicros(server), before[1]),
  };
}

async function roundOf(server: Server, { requests }: Model, bodies: readonly string[]): Promise<Round> {
  for (let k = 0; k < WARM_UP; k++) await pairOf(server, bodies, requests, 0, k % 2 === 0);
  const idle = await idleOf(server);
  const pairs: Pair[] = [];
  for (let k = 0; k < PAIRS_A_ROUND; k++)
    pairs.push(await pairOf(server, bodies, requests, idle.serving, k % 2 === 0));
  return { pairs, watching: await watched(server, bodies, requests), idle };
}

function prepare(): void {
  const folder = join(WORK, 'monitoring');
  mkdirSync(folder, { recursive: true });
  if (MODELS.every(({ name }) => existsSync(join(folder, `${name}.json`)))) return;
  const lock = join(ROOT, 'tools/interop-monitoring/requirements.txt');
  const python = preparePython('interop-monitoring', lock, 'evidently, nannyml, river');
  run(python, [join(import.meta.dirname, 'forest.py'), folder]);
}

function bodiesOf({ name }: Model): readonly string[] {
  const text = readFileSync(join(WORK, 'monitoring', `${name}.json`), 'utf8');
  const rows = JSON.parse(text) as readonly (readonly number[])[];
  return rows.map((row) => JSON.stringify({ rows: [row] }));
}

/** Prints the cost by pairs of runs and writes `bench/results/monitoring.json`; fails where it is over budget. */
export async function overhead({ rounds }: { rounds: number }): Promise<void> {
  prepare();
  const results = [];
  for (const model of MODELS) {
    const bodies = bodiesOf(model);
    const found: Round[] = [];
    for (let k = 0; k < rounds; k++) found.push(await startedRound(model, bodies));
    const result = { ...model, ...costOf(found), rounds: found };
    print(result);
    results.push(result);
  }
  const path = join(ROOT, 'bench/results/monitoring.json');
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg()[2] };
  writeFileSync(path, `${JSON.stringify({ machine, budget: BUDGET, results }, null, 2)}\n`);
  process.exitCode = results.every(({ share }) => share <= BUDGET) ? 0 : 1;
}

async function startedRound(model: Model, bodies: readonly string[]): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  try {
    const server = await start(model, folder);
    try {
      return await roundOf(server, model, bodies);
    } finally {
      await stop(server);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print({ features, off, serving, watching, share, interval, rate }: Model & Cost): void {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  console.log(
    `${features} features, ${Math.round(rate)} requests/s: ${off.toFixed(1)} µs of processor time a request; monitoring adds ${serving.toFixed(2)} µs where it answers and ${watching.toFixed(2)} µs beside: ${percent(share)}, 95 % interval ${interval.map(percent).join(' to ')}; budget ${percent(BUDGET)}`,
  );
}

interface Cost {
  readonly off: number;
  readonly serving: number;
  readonly watching: number;
  readonly share: number;
  readonly interval: readonly [number, number];
  readonly rate: number;
}

/** Medians over pairs and long slices; the interval is the percentile one (Efron 1979). */
function costOf(rounds: readonly Round[]): Cost {
  const pairs = rounds.flatMap((round) => round.pairs);
  const long = rounds.flatMap(({ watching }) => watching);
  const off = median(pairs.map((pair) => pair.off));
  const ratios = pairs.map((pair) => pair.on / pair.off - 1);
  const beside = long.map(({ micros }) => micros / off);
  const random = seededRandom(1);
  const drawn = (values: readonly number[]): number =>
    median(values.map(() => values[Math.floor(random.next() * values.length)]!));
  const shares = Float64Array.from({ length: RESAMPLES }, () => drawn(ratios) + drawn(beside)).sort();
  return {
    off,
    serving: off * median(ratios),
    watching: median(long.map(({ micros }) => micros)),
    share: median(ratios) + median(beside),
    interval: [shares[Math.floor(0.025 * RESAMPLES)]!, shares[Math.ceil(0.975 * RESAMPLES) - 1]!],
    rate: median(long.map(({ rate }) => rate)),
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
