/**
 * What monitoring costs: processor time a request of a server that captures, with the process that watches, against one
 * that does not, at full load over loopback. Both get the same requests in interleaved pairs; each round starts both anew,
 * since two processes differ by how their code happens to be compiled. The interval is a bootstrap's over pairs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
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
const REQUESTS = 30_000;
const PAIRS_A_ROUND = 6;
const WARM_UP = 2;
/** What a run left behind is written, and read by the process that watches, within this time. */
const SETTLE_MILLIS = 1500;
const RESAMPLES = 10_000;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Processor microseconds a request: of the process that answers, and of all that belong to the server. */
interface Sample {
  readonly serving: number;
  readonly all: number;
}

interface Pair {
  readonly off: Sample;
  readonly on: Sample;
}

async function start(captures: boolean, dataDir: string): Promise<Server> {
  const words = ['serve', join(WORK, 'monitoring/forest.joblib'), '--json', '--port', '0', '--workers', '1'];
  const more = ['--data', dataDir, ...(captures ? [] : ['--no-capture'])];
  const child = spawn(process.execPath, [join(ROOT, 'bin/plimsoll.js'), ...words, ...more], {
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

function processorOf(pid: number): Sample {
  const serving = processorMicros(pid);
  const beside = childrenOf(pid).reduce((sum, child) => sum + processorOf(child).all, 0);
  return { serving, all: serving + beside };
}

async function measure({ child, port }: Server, bodies: readonly string[], first: number): Promise<Sample> {
  const before = processorOf(child.pid!);
  await sendUnits({ port, path: '/predict', bodies, connections: CONNECTIONS, count: REQUESTS, first });
  await pause(SETTLE_MILLIS);
  const after = processorOf(child.pid!);
  const each = (part: keyof Sample): number => (after[part] - before[part]) / REQUESTS;
  return { serving: each('serving'), all: each('all') };
}

/** The order alternates, so that a drift of the machine favours neither. */
async function pairsOf(off: Server, on: Server, bodies: readonly string[]): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < WARM_UP + PAIRS_A_ROUND; round++) {
    const first = round * REQUESTS;
    const [one, other] = round % 2 === 0 ? [off, on] : [on, off];
    const [a, b] = [await measure(one, bodies, first), await measure(other, bodies, first)];
    if (round >= WARM_UP) pairs.push(round % 2 === 0 ? { off: a, on: b } : { off: b, on: a });
  }
  return pairs;
}

function prepare(): readonly string[] {
  const folder = join(WORK, 'monitoring');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'rows.json'))) {
    const lock = join(ROOT, 'tools/interop-monitoring/requirements.txt');
    const python = preparePython('interop-monitoring', lock, 'evidently, nannyml, river');
    run(python, [join(import.meta.dirname, 'forest.py'), folder]);
  }
  const rows = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8')) as readonly (readonly number[])[];
  return rows.map((row) => JSON.stringify({ rows: [row] }));
}

/** Prints the cost by pairs of runs and writes `bench/results/monitoring.json`; fails where it is over budget. */
export async function overhead({ rounds }: { rounds: number }): Promise<void> {
  const bodies = prepare();
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
    const [off, on] = [await start(false, join(folder, 'off')), await start(true, join(folder, 'on'))];
    try {
      pairs.push(...(await pairsOf(off, on, bodies)));
    } finally {
      await Promise.all([stop(off), stop(on)]);
      rmSync(folder, { recursive: true });
    }
  }
  const result = {
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
    options: { rounds, requests: REQUESTS, pairs: pairs.length, budget: BUDGET },
    serving: costOf(pairs, 'serving'),
    all: costOf(pairs, 'all'),
    pairs,
  };
  const path = join(ROOT, 'bench/results/monitoring.json');
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  for (const part of ['serving', 'all'] as const) {
    const { off, on, share, interval } = result[part];
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    console.log(
      `${part}: ${off.toFixed(1)} µs of processor time a request without, ${on.toFixed(1)} µs with; cost ${percent(share)}, 95 % interval ${interval.map(percent).join(' to ')}; budget ${percent(BUDGET)}`,
    );
  }
  process.exitCode = result.all.share <= BUDGET ? 0 : 1;
}

/** Medians, and the mean of the pairs' relative differences with its 95 % percentile interval (Efron 1979). */
function costOf(pairs: readonly Pair[], part: keyof Sample) {
  const shares = pairs.map(({ off, on }) => on[part] / off[part] - 1);
  const random = seededRandom(1);
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    mean(shares.map(() => shares[Math.floor(random.next() * shares.length)]!)),
  ).sort();
  return {
    off: median(pairs.map(({ off }) => off[part])),
    on: median(pairs.map(({ on }) => on[part])),
    share: mean(shares),
    interval: [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!],
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
