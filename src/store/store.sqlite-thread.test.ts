import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { storeContract } from './testing/contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-store-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('in a thread of its own', () => {
  storeContract({
    name: 'sqlite',
    options: { thread: 'first' },
    fresh: async () => `sqlite:${join(folder, `${++files}.db`)}`,
  });
});
