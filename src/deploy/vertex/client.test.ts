import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openClient } from './client.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('without credentials every call is denied, and nothing is thrown beside it: a server goes on serving', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/credentials.json');
  const beside: unknown[] = [];
  const listener = (error: unknown): void => void beside.push(error);
  process.on('unhandledRejection', listener);
  const client = openClient({
    project: 'acme-models',
    location: 'europe-west4',
    address: null,
    sleep: async () => undefined,
  });
  const name = 'projects/acme-models/locations/europe-west4/endpoints/1';
  for (let i = 0; i < 2; i += 1)
    await expect(client.get('endpoint', 'getEndpoint', { name })).rejects.toMatchObject({
      code: 'CLOUD_DENIED',
    });
  await expect(client.operations(name)).rejects.toMatchObject({ code: 'CLOUD_DENIED' });
  await turn();
  process.off('unhandledRejection', listener);
  expect(beside).toEqual([]);
});
