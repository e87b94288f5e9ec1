/**
 * Memory of all processes of a server on one forest, beside the floor: `node:http` and onnxruntime in one process with the
 * same forest. At rest, under a load of one row a request, and after it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../tools/free-port.ts';
import { hammer } from './hammer.ts';
import { median } from './median.ts';
import { childrenOf } from './processor.ts';
import { FLOOR_SCRIPT, ROOT } from './serving/peers.ts';
import { startPeer } from './serving/process.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib');
const BODY = JSON.stringify({ rows: [[0.5, 1, 2, 1.67, -15.7, -155, -2270, 21000]] });
const CONNECTIONS = 8;
/** What a start leaves behind has its time to go, and what a load leaves behind. */
const SETTLE_MILLIS = 10_000;
const SAMPLE_MILLIS = 500;

/** Megabytes of 2^20 bytes, of a process or of several. */
export interface Memory {
  /** Pages that are resident; pages that processes share count in each of them. */
  readonly rss: number;
  /** The same, with each shared page divided by those that share it (proc(5), `smaps_rollup`). */
  readonly pss: number;
}

/** A server at rest, its median and largest sum under load, and as it is after it. */
export interface MemoryFigures {
  readonly rest: Memory;
  readonly load: Memory;
  readonly peak: Memory;
  readonly after: Memory;
  readonly requestsPerSecond: number;
}

export interface MemoryComparison {
  readonly program: MemoryFigures;
  readonly floor: MemoryFigures;
}

/** Memory of a process and of all below it. */
export function memoryOf(pid: number): Memory {
  let own: Memory;
  let below: readonly number[];
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const megabytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
    own = { rss: megabytes('Rss'), pss: megabytes('Pss') };
    below = childrenOf(pid);
  } catch {
    // It has ended meanwhile.
    return { rss: 0, pss: 0 };
  }
  return below.map(memoryOf).reduce((sum, { rss, pss }) => ({ rss: sum.rss + rss, pss: sum.pss + pss }), own);
}

/** Measures both, one after the other; needs Linux and a built program. */
export async function compareMemory({ seconds }: { readonly seconds: number }): Promise<MemoryComparison> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-memory-'));
  try {
    const graph = join(folder, 'forest.onnx');
    const data = join(folder, 'data');
    const plimsoll = join(ROOT, 'bin/plimsoll.js');
    run([plimsoll, 'compile', MODEL, '--out', graph]);
    const serve = (port: number): readonly string[] => [
      ...[plimsoll, 'serve', MODEL, '--port', String(port)],
      ...['--data', data, '--workers', '1', '--quiet'],
    ];
    // The first start proves the model; that is no part of what is measured.
    await (await startServer(serve)).stop();
    return {
      program: await figuresOf(serve, seconds),
      floor: await figuresOf((port) => [FLOOR_SCRIPT, graph, String(port)], seconds),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm run bench -- memory`: prints both. */
export async function memory(options: { readonly seconds: number }): Promise<void> {
  const { program, floor } = await compareMemory(options);
  const lines = (['rest', 'load', 'peak', 'after'] as const).map((when) =>
    (['rss', 'pss'] as const)
      .map((what) => {
        const [ours, least] = [program[when][what], floor[when][what]];
        return `${what.toUpperCase()} ${ours.toFixed(0)} MB, floor ${least.toFixed(0)}, × ${(ours / least).toFixed(2)}`;
      })
      .join('; '),
  );
  const names = ['at rest', 'under load, median', 'under load, largest', 'after the load'];
  console.log(lines.map((line, k) => `${names[k]}: ${line}`).join('\n'));
  console.log(
    `requests/s: ${program.requestsPerSecond.toFixed(0)}, floor ${floor.requestsPerSecond.toFixed(0)}`,
  );
}

type Command = (port: number) => readonly string[];

async function startServer(
  command: Command,
): Promise<Awaited<ReturnType<typeof startPeer>> & { port: number }> {
  const port = await freePort();
  return { ...(await startPeer([process.execPath, ...command(port)], {}, port, BODY)), port };
}

async function figuresOf(command: Command, seconds: number): Promise<MemoryFigures> {
  const { child, port, stop } = await startServer(command);
  const pid = child.pid!;
  try {
    await sleep(SETTLE_MILLIS);
    const rest = memoryOf(pid);
    const samples: Memory[] = [];
    const timer = setInterval(() => samples.push(memoryOf(pid)), SAMPLE_MILLIS);
    const load = { port, path: '/predict', body: BODY, connections: CONNECTIONS, seconds };
    const { requests, elapsed } = await hammer(load).finally(() => clearInterval(timer));
    await sleep(SETTLE_MILLIS);
    return {
      rest,
      load: { rss: median(samples.map(({ rss }) => rss)), pss: median(samples.map(({ pss }) => pss)) },
      peak: {
        rss: Math.max(...samples.map(({ rss }) => rss)),
        pss: Math.max(...samples.map(({ pss }) => pss)),
      },
      after: memoryOf(pid),
      requestsPerSecond: requests / elapsed,
    };
  } finally {
    await stop();
  }
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
}
