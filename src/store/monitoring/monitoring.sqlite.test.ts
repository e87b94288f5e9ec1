import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { monitoringContract } from './testing/contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-monitoring-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

monitoringContract({
  name: 'sqlite',
  fresh: async () => `sqlite:${join(folder, `${++files}.sqlite`)}`,
});
