import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { LEDGER_JOB, ledgersOf, newRun } from './ledgers.ts';

const WRITER = fileURLToPath(new URL('./run-writer.ts', import.meta.url));

/** A process that writes, and the lines that it has said. */
function writer(
  url: string,
  mode: 'work' | 'share',
): { child: ChildProcess; lines: () => readonly string[] } {
  const child = spawn(process.execPath, [WRITER, url, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return { child, lines: () => output.split('\n').slice(0, -1) };
}

export const ledgerProcessesContract = (place: StorePlace, kills = 4): void => {
  describe('several processes', () => {
    const ledgers = ledgersOf(place);
    // A process takes a while to start on a busy machine.
    const timeout = 15_000 * kills;

    it('that take a run at once never have it together', { timeout }, async () => {
      const url = await ledgers.fresh();
      const writers = [1, 2, 3].map(() => writer(url, 'share'));
      // They open, and make, the same new database at the same time; the run comes to them while they look for it.
      const ledger = await ledgers.at(url);
      await ledger.begin(LEDGER_JOB, newRun('r1'));
      await Promise.all(writers.map(({ child }) => once(child, 'close')));
      const fences = writers.flatMap(({ lines }) => lines().map(Number));
      expect(fences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
      expect(await ledger.chunks('r1')).toHaveLength(45);
      expect(await ledger.run('r1')).toMatchObject({ holder: null, fence: 45 });
    });

    it('that are killed one after the other lose nothing and hand on at once', { timeout }, async () => {
      const url = await ledgers.fresh();
      const ledger = await ledgers.at(url);
      await ledger.begin(LEDGER_JOB, newRun('r1'));
      for (let kill = 1; kill <= kills; kill += 1) {
        const { child, lines } = writer(url, 'work');
        await once(child.stdout!, 'data');
        await sleep(Math.random() * 150);
        child.kill('SIGKILL');
        await once(child, 'close');
        const said = Number(lines().at(-1));
        const chunks = await ledger.chunks('r1');
        // What was committed last may not have been said any more.
        expect([said, said + 1]).toContain(chunks.length);
        expect(chunks).toEqual(chunks.map((_, chunk) => ({ chunk })));
        expect(await ledger.run('r1')).toMatchObject({ fence: kill, progress: { chunks: chunks.length } });
      }
    });
  });
};
