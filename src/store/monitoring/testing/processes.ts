import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { BLOCKS } from './intake-writer.ts';
import { monitoringBlock, monitoringsOf } from './monitorings.ts';

const WRITER = fileURLToPath(new URL('./intake-writer.ts', import.meta.url));

interface Writer {
  readonly child: ChildProcess;
  /** Its exit code, null where it was killed; it may end before anybody waits for it. */
  readonly ended: Promise<number | null>;
  readonly opened: Promise<unknown>;
}

function writer(url: string): Writer {
  const child = spawn(process.execPath, [WRITER, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, opened: once(child.stdout!, 'data') };
}

export const monitoringProcessesContract = (place: StorePlace, kills = 3): void => {
  describe('several processes', () => {
    const monitorings = monitoringsOf(place);

    it('that take in the same blocks, and are killed, keep each block once', {
      timeout: 40_000 * kills,
    }, async () => {
      const url = await monitorings.fresh();
      const store = await monitorings.at(url);
      for (let kill = 0; kill < kills; kill += 1) {
        const writers = [writer(url), writer(url)];
        await Promise.all(writers.map(({ opened }) => opened));
        await sleep(Math.random() * 50);
        for (const { child } of writers) child.kill('SIGKILL');
        for (const { child } of writers) child.stdout!.resume();
        await Promise.all(writers.map(({ ended }) => ended));
      }
      const last = [writer(url), writer(url)];
      for (const { child } of last) child.stdout!.resume();
      expect(await Promise.all(last.map(({ ended }) => ended))).toEqual([0, 0]);
      const ticks = await store.ticks({ endpoint: 'churn', version: null, from: 0, to: BLOCKS });
      expect(ticks.map(({ at }) => at)).toEqual(Array.from({ length: BLOCKS }, (_, seq) => seq));
      const files = await store.segments({ endpoint: 'churn', from: 0, to: BLOCKS });
      expect(files.map(({ from }) => from)).toEqual(ticks.map(({ at }) => at));
      expect(await store.fresh(ticks.map(({ at }) => monitoringBlock(at)))).toEqual([]);
    });
  });
};
