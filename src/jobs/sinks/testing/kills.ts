/** Kills processes that write runs, at random moments, and looks at what is there afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../core/random.ts';
import type { Row } from './runs.ts';
import { sinkRowsOf, temporaryFolder } from './runs.ts';

const CHUNKS = 8;
const PROGRAM = fileURLToPath(new URL('./write-run.ts', import.meta.url));

export interface KillPlace {
  readonly name: string;
  uri(): Promise<string>;
  read(uri: string): Promise<readonly Row[] | null>;
  /** What is left beside the target once a run is done, that should not be. */
  left(uri: string): Promise<readonly string[]>;
}

async function start(uri: string, run: string, fence: number, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, uri, run, String(fence), folder, String(CHUNKS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

/** Runs to their end, each begun again whenever it was killed, until `kills` were. */
export function killContract(place: KillPlace, kills: number, seed = Date.now()): void {
  const name = `${kills} kills of a process that writes to ${place.name} lose no row and write none twice (seed ${seed})`;
  test(name, { timeout: 20_000 + kills * 10_000 }, async () => {
    const random = seededRandom(seed);
    let killed = 0;
    let millis = await wholeRun(place);
    for (let run = 0; killed < kills; run += 1) {
      const [uri, folder] = [await place.uri(), temporaryFolder()];
      for (let fence = 1; ; fence += 1) {
        const child = await start(uri, `run-${run}`, fence, folder);
        const begun = performance.now();
        await Promise.race([ended(child), sleep(random.next() * millis * 1.2)]);
        const done = child.exitCode !== null || killed >= kills;
        if (!done && child.kill('SIGKILL')) killed += 1;
        if ((await ended(child)) === 0) {
          millis = Math.max(millis, performance.now() - begun);
          break;
        }
        const seen = await place.read(uri);
        if (seen !== null) expectWhole(seen);
      }
      expectWhole(await place.read(uri));
      expect(await place.left(uri)).toEqual([]);
    }
  });
}

/** Milliseconds of a run that nobody disturbs. */
async function wholeRun(place: KillPlace): Promise<number> {
  const child = await start(await place.uri(), 'undisturbed', 1, temporaryFolder());
  const begun = performance.now();
  expect(await ended(child)).toBe(0);
  return performance.now() - begun;
}

/** All rows, each once: nothing is ever seen of a part of them. */
function expectWhole(rows: readonly Row[] | null): void {
  const wanted = Array.from({ length: CHUNKS }, (_, chunk) => sinkRowsOf(chunk)).flat();
  const byKey = (a: Row, b: Row): number => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
  expect([...(rows ?? [])].sort(byKey)).toEqual(wanted);
}
