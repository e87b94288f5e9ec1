import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { firstBreak } from '../audit-chain.ts';
import type { Store } from '../store.ts';
import { CHANGE, endpoint, version } from './rows.ts';
import { type StorePlace, storesOf } from './stores.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** Has a child write, kills it with SIGKILL when `enough` says so, and answers the last line that it wrote. */
async function killed(
  { options }: StorePlace,
  url: string,
  mode: 'loop' | 'inside',
  enough: () => Promise<unknown>,
): Promise<string> {
  const child = spawn(process.execPath, [WRITER, url, mode, options?.thread ?? 'none'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  await enough();
  child.kill('SIGKILL');
  await ended;
  return output.split('\n').at(-2) ?? '';
}

/** Rows in each table that a step of the child writes to. */
async function counts({ tables }: Store): Promise<readonly number[]> {
  const { generation } = (await tables.endpoints.get('churn'))!;
  const newest = async (list: Promise<{ items: readonly { version?: number; generation?: number }[] }>) => {
    const [row] = (await list).items;
    return row?.version ?? row?.generation ?? 0;
  };
  const actions = await tables.rollouts.actions('ro_1');
  const last = await tables.rollouts.events('ro_1', Math.max(0, generation - 2), 1000);
  return [
    generation - 1,
    (await newest(tables.endpoints.history('churn', { limit: 1 }))) - 1,
    await newest(tables.versions.list('churn', { limit: 1 })),
    actions.length,
    (last.at(-1)?.seq ?? -1) + 1,
  ];
}

async function verifiedEntries({ tables }: Store): Promise<number> {
  let last: { seq: number; hash: string } | undefined;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof tables.audit.list>> = await tables.audit.list({
      limit: 1000,
      ...(cursor === null ? {} : { cursor }),
    });
    expect(firstBreak(page.items, last)).toBeNull();
    last = page.items.at(-1) ?? last;
    cursor = page.next;
  } while (cursor !== null);
  return last?.seq ?? 0;
}

export const crashContract = (place: StorePlace, kills = 5): void => {
  describe('kill -9 of a process that writes', () => {
    const stores = storesOf(place);

    // A process takes a while to start on a busy machine.
    const limit = 12_000 * kills;
    it('loses nothing that was answered and leaves nothing half done', { timeout: limit }, async () => {
      const url = await stores.fresh();
      const store = await stores.at(url);
      await store.tables.endpoints.insert(endpoint(), CHANGE);
      for (let kill = 0; kill < kills; kill += 1) {
        const said = Number(await killed(place, url, 'loop', () => sleep(20 + Math.random() * 150)));
        const [steps, ...others] = await counts(store);
        expect(others).toEqual(others.map(() => steps));
        expect(await verifiedEntries(store)).toBe(steps);
        // What was committed last may not have been said any more.
        expect([said - 1, said]).toContain(steps);
      }
    });

    it('in mid-transaction leaves nothing, and frees the way for others', async () => {
      const url = await stores.fresh();
      const store = await stores.at(url);
      await store.tables.endpoints.insert(endpoint(), CHANGE);
      expect(await killed(place, url, 'inside', async () => undefined)).toBe('inside');
      expect(await counts(store)).toEqual([0, 0, 0, 0, 0]);
      expect((await store.tables.versions.insert(version())).version).toBe(1);
    });
  });
};
