import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptCountsOf } from './kept-counts.ts';

test('of few features what is remembered is told here, and what was counted in some hours by another process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-kept-'));
  try {
    let here = 0;
    const none = { rows: 0, features: [], findings: [], cause: null, matching: 0, drifting: 0, next: null };
    const { drift } = keptCountsOf(`sqlite:${join(folder, 'monitoring.sqlite')}`, async () => {
      here++;
      return { endpoint: 'churn', version: 1, from: 0, to: 0, ...none };
    });
    const known = { name: 'churn', model: 'churn', stable: 1 };
    // How many there are is known once it was looked.
    await drift(known, {});
    await drift(known, {});
    expect(here).toBe(1);
    await drift(known, { hours: 8760 });
    expect(here).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
