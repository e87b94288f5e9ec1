import { expect, test } from 'vitest';
import { interruptedLife } from './every-call.ts';
import { tableOf } from './interruptions.ts';

test('a deployment that is interrupted at every call, before and after its effect, goes on to the same end', async () => {
  const { tried, left } = await interruptedLife(true, (done) => console.log(tableOf([done])));
  console.log(tableOf(tried));
  expect(tried.flatMap(({ differences }) => differences)).toEqual([]);
  expect(left).toEqual(['Model churn-of-others']);
}, 3_600_000);
