import { expect, test, vi } from 'vitest';
import { lostInRestarts } from './serving/restarts.ts';

vi.setConfig({ testTimeout: 60_000 });

test('a server that is stopped under load resets nobody', async () => {
  const { answered, lost } = await lostInRestarts(3);
  expect(lost).toEqual([]);
  expect(answered).toBeGreaterThan(30);
});
