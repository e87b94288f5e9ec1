/** Killed with SIGKILL at random moments, a control plane comes to what an undisturbed one comes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killedOften } from './testing/killed-often.ts';
import { STORIES } from './testing/stories.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('comes to the same end in a process that is killed twice (the long test kills two hundred times)', async () => {
  let stores = 0;
  const fresh = () => Promise.resolve(`sqlite:${join(folder, `${stores++}.db`)}`);
  const { kills, differences, excess } = await killedOften(
    STORIES['that is rolled back']!,
    fresh,
    2,
    20_261_126,
  );
  expect(differences).toEqual([]);
  expect(excess).toBe(0);
  expect(kills).toBeGreaterThanOrEqual(2);
}, 60_000);
