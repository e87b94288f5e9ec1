import { expect, test } from 'vitest';
import { interruptEverywhere, loseAnswers, tableOf } from '../../tools/clouds/interruptions.ts';
import { interruptedLife, LEFT } from './every-call.ts';

test('a deployment that is interrupted at every call, before and after its effect, goes on to the same end', async () => {
  const { tried, left } = await interruptedLife(interruptEverywhere);
  console.log(tableOf(tried));
  expect(tried.flatMap(({ differing }) => differing)).toEqual([]);
  for (const { calls, changes, interruptions } of tried) expect(interruptions).toBe(2 * calls + changes);
  expect(left).toEqual(LEFT);
}, 600_000);

test('an answer that is lost is asked for again, and what was done is not done twice nor taken for somebody else’s', async () => {
  const { tried, left } = await interruptedLife(loseAnswers, 3);
  console.log(tableOf(tried));
  expect(tried.flatMap(({ differing }) => differing)).toEqual([]);
  expect(left).toEqual(LEFT);
}, 300_000);
