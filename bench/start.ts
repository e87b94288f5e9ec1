import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../tools/free-port.ts';
import { median } from './median.ts';
import { FLOOR_SCRIPT, ROOT } from './serving/peers.ts';
import { startPeer } from './serving/process.ts';

/** The forest that is started, and a request with a row for it. */
export const STARTED_FOREST = join(ROOT, 'fixtures/models/sklearn-1.9.1/forest-classifier-100.joblib');
export const STARTED_FOREST_BODY = JSON.stringify({ rows: [Array<number>(8).fill(0)] });

/** Milliseconds from starting a process to its first answer, of a forest that was accepted before. */
export interface Starts {
  readonly plimsoll: readonly number[];
  /** `node:http` and onnxruntime with the graph that is compiled of the same forest, and nothing else. */
  readonly floor: readonly number[];
  /** Of the medians. */
  readonly ratio: number;
}

/** Starts both in turns, so that a busy moment of the machine hits both; `dist/` must be built. */
export async function startsBesideFloor(starts: number): Promise<Starts> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-start-'));
  try {
    const launcher = [process.execPath, join(ROOT, 'bin/plimsoll.js')] as const;
    const graph = join(folder, 'forest.onnx');
    execFileSync(launcher[0], [launcher[1], 'compile', STARTED_FOREST, '--out', graph], { stdio: 'ignore' });
    const data = join(folder, 'data');
    const serve = [
      ...launcher,
      'serve',
      STARTED_FOREST,
      '--data',
      data,
      '--workers',
      '1',
      '--quiet',
      '--port',
    ];
    const floor = [process.execPath, FLOOR_SCRIPT, graph];
    // The first accepts the file and fills the cache of compiled code, which is written a second after the first answer.
    await startMillis(serve, SETTLE_MILLIS);
    const millis = { plimsoll: [] as number[], floor: [] as number[] };
    for (let i = 0; i < starts; i++) {
      millis.plimsoll.push(await startMillis(serve));
      millis.floor.push(await startMillis(floor));
    }
    return { ...millis, ratio: median(millis.plimsoll) / median(millis.floor) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints what `startsBesideFloor` finds. */
export async function start({ starts }: { readonly starts: number }): Promise<void> {
  const { plimsoll, floor, ratio } = await startsBesideFloor(starts);
  for (const [name, millis] of Object.entries({ plimsoll, floor })) {
    const [least, most] = [Math.min(...millis), Math.max(...millis)];
    console.log(
      `${name.padEnd(9)} ${median(millis).toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`,
    );
  }
  console.log(`ratio     ${ratio.toFixed(2)}`);
}

const SETTLE_MILLIS = 2500;

/** `command` without its last word, the port. */
async function startMillis(command: readonly string[], settle = 0): Promise<number> {
  const port = await freePort();
  const running = await startPeer([...command, String(port)], {}, port, STARTED_FOREST_BODY);
  await new Promise((resolve) => setTimeout(resolve, settle));
  await running.stop();
  return running.startMillis;
}
