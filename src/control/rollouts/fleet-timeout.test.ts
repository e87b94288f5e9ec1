import { expect, it } from 'vitest';
import { withFleetTimeout } from './fleet-timeout.ts';

it('what takes too long is left to go on, and what fails in time fails as it does', async () => {
  expect(await withFleetTimeout(1000, Promise.resolve(7))).toBe(7);
  await expect(withFleetTimeout(1000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(withFleetTimeout(5, new Promise(() => undefined))).rejects.toMatchObject({
    code: 'FLEET_SLOW',
  });
});
