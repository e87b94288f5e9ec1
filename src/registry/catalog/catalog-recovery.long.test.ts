import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { addAndKill, stateAfterRecovery } from '../testing/killed.ts';

const IRIS = join(import.meta.dirname, '../../../examples/iris.joblib');
const KILLS = 60;
/** About as long as a proof takes. */
const MILLIS = 2500;

test('killed at sixty random moments of a proof, a version is whole or refused, and at last it is ready', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'));
  const adding = { dataDir, storeUrl: `sqlite:${join(dataDir, 'store.db')}`, path: IRIS };
  const random = seededRandom(20261126);
  const states = new Map<string | null, number>();
  for (let i = 0; i < KILLS; i++) {
    // Now and then as if it were the first time.
    if (i % 10 === 0)
      for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true });
    await addAndKill(adding, 'opened', random.next() * MILLIS);
    const state = await stateAfterRecovery(dataDir, adding.storeUrl);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  console.log(`${KILLS} kills, seed 20261126: ${JSON.stringify([...states])}`);
  await addAndKill(adding, 'done', 0);
  expect(await stateAfterRecovery(dataDir, adding.storeUrl)).toBe('ready');
  rmSync(dataDir, { recursive: true });
}, 600_000);
