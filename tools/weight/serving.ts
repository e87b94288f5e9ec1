/** What a server loads, and what it takes beside the floor, measured on running processes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from '../../bench/median.ts';
import { compareMemory, type MemoryComparison } from '../../bench/memory.ts';
import { ROOT } from '../../bench/serving/peers.ts';
import { startPeer } from '../../bench/serving/process.ts';
import { STARTED_FOREST, STARTED_FOREST_BODY, startsBesideFloor } from '../../bench/start.ts';
import { freePort } from '../free-port.ts';
import type { BudgetName } from './budgets.ts';
import type { Figure } from './judge.ts';

export interface ServingOptions {
  /** Starts of each, in turns. */
  readonly starts: number;
  /** Seconds of load. */
  readonly seconds: number;
}

/** Needs `dist/`, Linux, and a machine that does nothing else. */
export async function servingFigures({ starts, seconds }: ServingOptions): Promise<Figure[]> {
  const loads = await loadFigures();
  const { plimsoll, floor, ratio } = await startsBesideFloor(starts);
  const detail = `${median(plimsoll).toFixed(0)} ms, floor ${median(floor).toFixed(0)} ms, medians of ${starts}`;
  const memory = await compareMemory({ seconds });
  return [...loads, { of: 'start', value: ratio, detail }, ...memoryFigures(memory)];
}

const WHEN = { memoryAtRest: 'rest', memoryUnderLoad: 'load', memoryAfterLoad: 'after' } as const;

const memoryFigures = ({ program, floor }: MemoryComparison): Figure[] =>
  Object.entries(WHEN).map(([of, when]) => {
    const [ours, least] = [program[when].rss, floor[when].rss];
    return {
      of: of as BudgetName,
      value: ours / least,
      detail: `${ours.toFixed(0)} MB, floor ${least.toFixed(0)} MB`,
    };
  });

/** What the serving process has loaded when it first answers, of a model that was accepted before: sizes of files, and modules of Node. */
async function loadFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-loads-'));
  try {
    // What later starts read is written a moment after the first answer.
    await loadsOfStart(folder, 'accepting', SETTLE_MILLIS);
    const { files, builtins } = await loadsOfStart(folder, 'accepted');
    const sizes = files.map((file) => ({ name: basename(file), bytes: statSync(file).size }));
    const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 4);
    const named = largest.map(({ name, bytes }) => `${name} ${(bytes / 1024).toFixed(0)} kB`);
    const value = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
    return [
      { of: 'coldLoads', value, detail: `${files.length} files; ${named.join(', ')}` },
      { of: 'coldBuiltins', value: builtins },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SETTLE_MILLIS = 3000;

interface Loads {
  readonly files: readonly string[];
  /** How many modules of Node. */
  readonly builtins: number;
}

async function loadsOfStart(folder: string, name: string, settle = 0): Promise<Loads> {
  const loads = join(folder, name);
  mkdirSync(loads);
  const port = await freePort();
  const command = [
    process.execPath,
    join(ROOT, 'bin/plimsoll.js'),
    'serve',
    STARTED_FOREST,
    '--port',
    String(port),
  ];
  const more = ['--data', join(folder, 'data'), '--workers', '1', '--quiet'];
  const hook = `--import=${join(import.meta.dirname, 'record-loads.mjs')}`;
  const env = { PLIMSOLL_LOADS: loads, NODE_OPTIONS: hook };
  const { child, stop } = await startPeer([...command, ...more], env, port, STARTED_FOREST_BODY);
  const file = join(loads, String(child.pid));
  const urls = new Set(readFileSync(file, 'utf8').split('\n'));
  await sleep(settle);
  await stop();
  const files = [...urls].filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  const builtins = new Set(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((url) => url.startsWith('node:')),
  );
  return { files, builtins: builtins.size };
}
