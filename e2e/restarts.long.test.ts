import { expect, test, vi } from 'vitest';
import { lostInRestarts } from './serving/restarts.ts';

vi.setConfig({ testTimeout: 600_000 });

test('fifty times stopped under load, a server resets nobody', async () => {
  const { answered, lost } = await lostInRestarts(50);
  expect(lost).toEqual([]);
  expect(answered).toBeGreaterThan(500);
});
