import { expect, test } from 'vitest';
import { killAfterChanges } from '../../tools/clouds/interruptions.ts';
import { interruptedLife, LEFT } from './every-call.ts';

test('a deployment that is killed after any change goes on to the same end, does nothing twice and leaves nothing', async () => {
  const { tried, left } = await interruptedLife(killAfterChanges);
  expect(tried.flatMap(({ differing }) => differing)).toEqual([]);
  expect(tried.map(({ changes }) => changes > 1)).toEqual(tried.map(() => true));
  expect(left).toEqual(LEFT);
}, 120_000);
