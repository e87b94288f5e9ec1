/**
 * What monitoring costs at full load, in three parts. Copying: processor time a request of an endpoint that is watched, beyond
 * that of one that is not, in the same process and in short interleaved pairs; two processes would differ by more, by how
 * their code happens to be compiled. Writing: what goes into a second's block. Watching: what the process that watches uses.
 * The last two are of every second, whatever the requests; together they are a share of one processor. Intervals are a
 * bootstrap's over pairs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeBlock } from '../../src/capture/block-codec.ts';
import { DEFAULT_CAPTURE_RULE } from '../../src/capture/capture-rules.ts';
import { blockFile } from '../../src/capture/paths.ts';
import { seededRandom } from '../../src/core/random.ts';
import { BlockSpool } from '../../src/serving/capture/block-spool.ts';
import { rowShapeOf } from '../../src/serving/capture/captured-cells.ts';
import { RowBuffer } from '../../src/serving/capture/row-buffer.ts';
import { preparePython, run } from '../../tools/python-environment.ts';
import { childrenOf, processorMicros } from '../processor.ts';
import { ROOT, WORK } from '../serving/peers.ts';
import { sendUnits } from '../unit-load.ts';

/** Share of the processor time of a request that monitoring may cost. */
const BUDGET = 0.05;
const CONNECTIONS = 8;
const PAIRS_A_ROUND = 60;
/** Pairs before any counts: code that is compiled anew half way is no cost of a request. */
const WARM_UP = 30;
/** How long the load goes on under which the process that watches is measured, after as long a one that is not. */
const LOAD_MILLIS = 31_000;
const RESAMPLES = 10_000;
/** Rows whose bins are the reference: few, so that it is there when the warm-up ends. */
const REFERENCE = 1000;
const FLUSHES = 20;

/** Requests of one slice take some tenths of a second. */
const MODELS = [
  { name: 'forest', features: 30, requests: 3000 },
  { name: 'wide', features: 1000, requests: 200 },
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

interface Round {
  readonly pairs: readonly Pair[];
  /** Share of a processor that the process that watches uses. */
  readonly watching: number;
  /** Requests a second under the long load. */
  readonly rate: number;
}

async function start(model: Model, folder: string): Promise<Server> {
  const config = join(folder, 'plimsoll.json');
  const monitors = { off: { log: { sample: 0 } }, on: { drift: { warmup: REFERENCE } } };
  writeFileSync(config, JSON.stringify({ monitors }));
  const file = join(WORK, 'monitoring', `${model.name}.joblib`);
  const words = ['serve', `on=${file}`, `off=${file}`, '--json', '--port', '0', '--workers', '1'];
  const where = ['--data', join(folder, 'data'), '--config', config];
  const child = spawn(process.execPath, [join(ROOT, 'bin/plimsoll.js'), ...words, ...where], {
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

async function slice(
  server: Server,
  endpoint: string,
  bodies: readonly string[],
  count: number,
): Promise<number> {
  const before = processorMicros(server.child.pid!);
  await send(server, endpoint, bodies, count);
  return (processorMicros(server.child.pid!) - before) / count;
}

/** The order alternates, so that a drift of the machine favours neither. */
async function pairOf(server: Server, bodies: readonly string[], count: number, k: number): Promise<Pair> {
  const [one, other] = k % 2 === 0 ? ['off', 'on'] : ['on', 'off'];
  const [a, b] = [await slice(server, one!, bodies, count), await slice(server, other!, bodies, count)];
  return k % 2 === 0 ? { off: a, on: b } : { off: b, on: a };
}

/** Sends for so long, and says how many requests that were. */
async function load(server: Server, bodies: readonly string[], count: number): Promise<number> {
  const until = performance.now() + LOAD_MILLIS;
  let sent = 0;
  for (; performance.now() < until; sent += count) await send(server, 'on', bodies, count);
  return sent;
}

async function roundOf(server: Server, { requests }: Model, bodies: readonly string[]): Promise<Round> {
  for (let k = 0; k < WARM_UP; k++) await pairOf(server, bodies, requests, k);
  const pairs: Pair[] = [];
  for (let k = 0; k < PAIRS_A_ROUND; k++) pairs.push(await pairOf(server, bodies, requests, k));
  await load(server, bodies, requests);
  const [before, started] = [watchingMicros(server), performance.now()];
  const sent = await load(server, bodies, requests);
  const seconds = (performance.now() - started) / 1000;
  return { pairs, watching: (watchingMicros(server) - before) / 1e6 / seconds, rate: sent / seconds };
}

/** Share of a processor that goes into a block of as many rows as a second may have. */
async function writingShare({ features }: Model, folder: string): Promise<number> {
  const names = Array.from({ length: features }, (_, j) => ({ name: `x${j}`, kind: 'number' as const }));
  const shape = rowShapeOf(names, [{ name: 'predict', kind: 'number' }]);
  const rows = Math.round(DEFAULT_CAPTURE_RULE.maxRate * Math.min(1, 50 / features));
  const spool = new BlockSpool({ path: folder });
  const about = {
    requestId: '',
    unit: 'unit',
    arm: -1,
    role: 'stable',
    segment: null,
    millis: 1,
    notes: null,
  };
  const shares: number[] = [];
  for (let k = 0; k < FLUSHES; k++) {
    const buffer = new RowBuffer(shape);
    for (let i = 0; i < rows; i++)
      buffer.add(
        { ...about, requestId: `${k}-${i}` },
        { rows: 1, taken: 1, offset: 0 },
        1,
        i,
        ({ numbers }) => numbers.fill(Math.random(), i * shape.numbers, (i + 1) * shape.numbers),
      );
    const before = process.cpuUsage();
    const id = { worker: 'bench', epoch: 1, seq: k, endpoint: 'on', model: 'on', version: 1 };
    const block = { ...id, ...buffer.take(), requests: rows, rowsSeen: rows, dropped: 0 };
    await spool.write(blockFile(id), encodeBlock(block, crc32));
    const { user, system } = process.cpuUsage(before);
    shares.push((user + system) / 1e6);
  }
  return median(shares);
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

/** Prints the cost and writes `bench/results/monitoring.json`; fails where it is over budget. */
export async function overhead({ rounds }: { rounds: number }): Promise<void> {
  prepare();
  const results = [];
  for (const model of MODELS) {
    const bodies = bodiesOf(model);
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
    const writing = await writingShare(model, folder);
    rmSync(folder, { recursive: true });
    const found: Round[] = [];
    for (let k = 0; k < rounds; k++) found.push(await startedRound(model, bodies));
    const result = { ...model, ...costOf(found, writing), rounds: found };
    print(result);
    results.push(result);
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg() };
    const path = join(ROOT, 'bench/results/monitoring.json');
    writeFileSync(path, `${JSON.stringify({ machine, budget: BUDGET, results }, null, 2)}\n`);
  }
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

function print({ features, off, copying, writing, watching, share, interval, rate }: Model & Cost): void {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  console.log(
    `${features} features, ${Math.round(rate)} requests/s, ${off.toFixed(1)} µs of processor time a request: copying adds ${percent(copying)}, writing ${percent(writing)}, watching ${percent(watching)}; together ${percent(share)}, 95 % interval ${interval.map(percent).join(' to ')}; budget ${percent(BUDGET)}`,
  );
}

interface Cost {
  /** Microseconds a request that is not watched. */
  readonly off: number;
  readonly copying: number;
  readonly writing: number;
  readonly watching: number;
  readonly share: number;
  readonly interval: readonly [number, number];
  readonly rate: number;
}

/** Medians; the interval is the percentile one (Efron 1979). */
function costOf(rounds: readonly Round[], writing: number): Cost {
  const pairs = rounds.flatMap((round) => round.pairs);
  const ratios = pairs.map((pair) => pair.on / pair.off - 1);
  const watching = median(rounds.map((round) => round.watching));
  const random = seededRandom(1);
  const drawn = Float64Array.from({ length: RESAMPLES }, () =>
    median(ratios.map(() => ratios[Math.floor(random.next() * ratios.length)]!)),
  ).sort();
  const beside = writing + watching;
  return {
    off: median(pairs.map(({ off }) => off)),
    copying: median(ratios),
    ...{ writing, watching },
    share: median(ratios) + beside,
    interval: [
      drawn[Math.floor(0.025 * RESAMPLES)]! + beside,
      drawn[Math.ceil(0.975 * RESAMPLES) - 1]! + beside,
    ],
    rate: median(rounds.map(({ rate }) => rate)),
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
