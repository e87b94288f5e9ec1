/**
 * What five open pages of the console cost predictions: their p99 with and without them, in turns within one run. The server has one
 * core, and decides in the process that answers, which is the worst case; pages and predictions come from another. Beside it: the
 * processor's time that the pages take while nobody predicts, which other work of the machine changes little.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { required } from '../../src/core/element-at.ts';
import { freePort } from '../../tools/free-port.ts';
import { drive } from '../explanations/drive.ts';
import type { LoadOutcome } from '../explanations/load-client.ts';
import { median } from '../median.ts';
import { processorMicros } from '../processor.ts';
import { ROOT } from '../serving/peers.ts';
import { startPeer } from '../serving/process.ts';
import { openPages } from './pages.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib');
const COLUMNS = 8;
const PAGES = 5;
/** Endpoints beside the one that is asked: what a page lists. */
const ENDPOINTS = 20;
/** Predictions a second: a tenth of what the core could do. */
const RATE = 500;
/** Of the p99 with pages over that without. */
const LIMIT = 1.05;

/** How long the processor's time is watched, in milliseconds. */
const WATCHED_MILLIS = 20_000;

interface ConsoleLoad {
  readonly rounds: readonly ConsoleRound[];
  /** Milliseconds of the processor a second, without pages and with them. */
  readonly processor: { readonly without: number; readonly with: number };
}

interface ConsoleRound {
  readonly without: LoadOutcome;
  readonly with: LoadOutcome;
}

export async function consoleLoad({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const { rounds: all, processor } = await measure(rounds, seconds);
  const ratio = median(all.map((round) => round.with.p99 / round.without.p99));
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const options = { rounds, seconds, rate: RATE, pages: PAGES, endpoints: ENDPOINTS + 1 };
  const result = { machine, options, ratio, processor, rounds: all };
  writeFileSync(join(ROOT, 'bench/results/console.json'), `${JSON.stringify(result, null, 2)}\n`);
  const of = (arm: keyof ConsoleRound, quantile: 'p50' | 'p99'): string =>
    median(all.map((round) => round[arm][quantile])).toFixed(3);
  console.log(
    `p99 of predictions ${of('without', 'p99')} ms without pages, ${of('with', 'p99')} ms with ${PAGES}: ${ratio.toFixed(3)} ×, limit ${LIMIT} (p50 ${of('without', 'p50')} and ${of('with', 'p50')} ms)`,
  );
  console.log(
    `while nobody predicts: ${processor.without.toFixed(1)} ms of the processor a second without pages, ${processor.with.toFixed(1)} with ${PAGES}`,
  );
  if (ratio > LIMIT) process.exitCode = 1;
}

async function measure(rounds: number, seconds: number): Promise<ConsoleLoad> {
  const data = mkdtempSync(join(tmpdir(), 'console-load-'));
  const port = await freePort();
  const others = Array.from({ length: ENDPOINTS }, (_, k) => `e${k}=${MODEL}`);
  const serve = ['serve', `default=${MODEL}`, ...others, '--port', String(port), '--data', data];
  const command = ['taskset', '--cpu-list', '0', process.execPath, join(ROOT, 'bin/plimsoll.js'), ...serve];
  const first = JSON.stringify({ rows: [Array<number>(COLUMNS).fill(0)] });
  const server = await startPeer([...command, '--workers', '1', '--quiet'], {}, port, first);
  try {
    const url = `http://127.0.0.1:${port}`;
    await phase(port, 2);
    const all: ConsoleRound[] = [];
    for (let k = 0; k < rounds; k++) {
      const arms: Partial<Record<keyof ConsoleRound, LoadOutcome>> = {};
      // Whichever comes first has a machine of its own mood: they take turns in that, too.
      const order = k % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const);
      for (const arm of order) arms[arm] = await besidePages(arm === 'with' ? PAGES : 0, url, port, seconds);
      all.push(arms as ConsoleRound);
    }
    const pid = required(server.child.pid, 'the process of the server');
    const processor = { without: await processorOf(pid, url, 0), with: await processorOf(pid, url, PAGES) };
    return { rounds: all, processor };
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function processorOf(pid: number, url: string, pages: number): Promise<number> {
  const close = await openPages(url, pages);
  try {
    await sleep(2000);
    const before = processorMicros(pid);
    await sleep(WATCHED_MILLIS);
    return (processorMicros(pid) - before) / WATCHED_MILLIS;
  } finally {
    await close();
  }
}

async function besidePages(pages: number, url: string, port: number, seconds: number): Promise<LoadOutcome> {
  const close = await openPages(url, pages);
  try {
    return await phase(port, seconds);
  } finally {
    await close();
  }
}

async function phase(port: number, seconds: number): Promise<LoadOutcome> {
  const nothing = { besideRate: 1, besideRows: 1, phases: [{ beside: 'nothing' as const, seconds }] };
  const [outcome] = await drive({ port, columns: COLUMNS, rate: RATE, ...nothing });
  return required(outcome, 'the outcome of its only phase');
}
