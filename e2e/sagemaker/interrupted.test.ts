import { expect, test } from 'vitest';
import { interruptedLife } from './every-call.ts';
import { tableOf } from './interruptions.ts';

test('a deployment that is interrupted at any change goes on to the same end, does nothing twice and leaves nothing', async () => {
  const { tried, left } = await interruptedLife(false);
  console.log(tableOf(tried));
  expect(tried.flatMap(({ differences }) => differences)).toEqual([]);
  expect(left).toEqual(['Model churn-of-others']);
}, 300_000);
