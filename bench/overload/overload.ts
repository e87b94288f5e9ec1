/**
 * What a server does with more than it can take: its peak, then half, twice and four times that by schedule, then half
 * again. Server and client are processes on a core each. Writes `bench/results/overload.json`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadClient } from '../../src/load/load-client.ts';
import type { LoadPhase, PhaseOutcome } from '../../src/load/load-order.ts';
import { Probe, type Probed } from './probe.ts';

const ROOT = join(import.meta.dirname, '../..');
const MODEL = join(ROOT, 'fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib');
const COLUMNS = 8;
const CONNECTIONS = 1000;
/** Milliseconds that a client waits. */
const PATIENCE = 2000;
const WARM_SECONDS = 2;
const SEED = 1;

/** By rows a request; 1,500 of these are a body of 72 KB. */
const CASES: Readonly<Record<string, number>> = {
  'one row': 1,
  '100 rows': 100,
  '72 KB': 1500,
  '4,000 rows': 4000,
};

interface Row
  extends Pick<PhaseOutcome, 'name' | 'seconds' | 'arrived' | 'ok' | 'failed' | 'refusedP99' | 'settled'> {
  readonly case: string;
  readonly p50: number;
  readonly p99: number;
  readonly health: Probed;
  /** Answers a second, and against the peak. */
  readonly goodput: number;
  readonly ofPeak: number;
  /** p99 against that at half the peak. */
  readonly slower: number;
}

/** Prints the overload table of each case, or of those named. */
export async function overload({ seconds }: { seconds: number }, only: readonly string[]): Promise<void> {
  const rows: Row[] = [];
  for (const [name, count] of Object.entries(CASES)) {
    if (only.length > 0 && !only.includes(name)) continue;
    rows.push(...(await measure(name, count, seconds)));
    console.log(table(rows.filter((row) => row.case === name)));
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const result = { machine, options: { seconds, connections: CONNECTIONS, patience: PATIENCE }, rows };
  if (only.length === 0)
    writeFileSync(join(ROOT, 'bench/results/overload.json'), `${JSON.stringify(result, null, 2)}\n`);
}

async function measure(name: string, count: number, seconds: number): Promise<Row[]> {
  const server = await startServer();
  try {
    const load = (phases: readonly LoadPhase[]): Promise<readonly Measured[]> =>
      drive(server.port, bodyOf(count), phases);
    const closed = { rate: null, seconds: WARM_SECONDS };
    const [, peak] = await load([
      { ...closed, name: 'warm' },
      { ...closed, name: 'peak' },
    ]);
    const capacity = peak!.ok / peak!.seconds;
    const at = (factor: number, label = `${factor} ×`): LoadPhase => ({
      ...{ name: label, rate: factor * capacity, seconds },
    });
    const phases = await load([at(0.5), at(2), at(4), at(0.5, 'after')]);
    const half = phases[0]!.latency.p99.value;
    return [peak!, ...phases].map((outcome) => {
      const { seconds: took, arrived, ok, failed, refusedP99, settled, health } = outcome;
      const [goodput, p99] = [ok / took, outcome.latency.p99.value];
      return {
        ...{ case: name, name: outcome.name, seconds: took, arrived, ok, failed },
        ...{ p50: outcome.latency.p50, p99, refusedP99, settled, health },
        ...{ goodput, ofPeak: goodput / capacity, slower: p99 / half },
      };
    });
  } finally {
    await server.stop();
  }
}

async function startServer(): Promise<{ port: number; stop(): Promise<void> }> {
  const [port, data] = [await freePort(), mkdtempSync(join(tmpdir(), 'overload-'))];
  const child = spawn(
    'taskset',
    [
      ...['--cpu-list', '0', process.execPath, join(ROOT, 'bin/plimsoll.js'), 'serve', MODEL],
      ...['--port', String(port), '--data', data, '--workers', '1', '--quiet'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const until = performance.now() + 60_000;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error('the server does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await gone;
    rmSync(data, { recursive: true, force: true });
  };
  return { port, stop };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

interface Measured extends PhaseOutcome {
  readonly health: Probed;
}

async function drive(port: number, body: string, phases: readonly LoadPhase[]): Promise<readonly Measured[]> {
  const client = new LoadClient();
  const probe = new Probe(port);
  try {
    const running = client.run({
      target: { host: '127.0.0.1', port, isSecure: false },
      request: {
        ...{ method: 'POST', path: '/predict', headers: { 'content-type': 'application/json' } },
        bodies: [body],
      },
      ...{ connections: CONNECTIONS, patience: PATIENCE, seed: SEED, phases },
    });
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '1', String(client.pid)]);
    const outcomes = await running;
    await probe.stop();
    return outcomes.map((one) => ({ ...one, health: probe.during(one.began, one.seconds) }));
  } finally {
    await Promise.all([probe.stop(), client.close()]);
  }
}

function bodyOf(rows: number): string {
  const row = (i: number): number[] =>
    Array.from({ length: COLUMNS }, (_, j) => Number((((i * 31 + j * 17) % 97) / 7).toFixed(3)));
  return JSON.stringify({ rows: Array.from({ length: rows }, (_, i) => row(i)) });
}

const HEADING = [
  ...['case', 'load', 'arrived/s', 'goodput/s', 'of peak', 'p50 ms', 'p99 ms', '× half', 'refused p99 ms'],
  ...['failed', 'settled ms', 'health ok', 'health max ms'],
];

function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    ...[row.case, row.name, (row.arrived / row.seconds).toFixed(0), row.goodput.toFixed(0)],
    ...[row.ofPeak.toFixed(2), row.p50.toFixed(1), row.p99.toFixed(1), row.slower.toFixed(1)],
    ...[row.refusedP99.toFixed(1), JSON.stringify(row.failed), row.settled.toFixed(0)],
    ...[`${row.health.ok}/${row.health.asked}`, row.health.max.toFixed(0)],
  ]);
  return [HEADING, HEADING.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
