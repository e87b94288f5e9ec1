import { expect, test } from 'vitest';
import { ReferenceCount } from './reference-count.ts';

test('what nobody uses is idle at once, and what is used when the last one ends', async () => {
  const usage = new ReferenceCount();
  await usage.idle();
  usage.begin();
  usage.begin();
  let isIdle = false;
  const idle = usage.idle().then(() => {
    isIdle = true;
  });
  usage.end();
  await Promise.resolve();
  expect(isIdle).toBe(false);
  usage.end();
  await idle;
  expect(usage.users).toBe(0);
});
