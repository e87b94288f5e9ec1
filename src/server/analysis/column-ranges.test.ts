import { expect, test } from 'vitest';
import { rangesOfSignature } from './column-ranges.ts';

test('a text of which no value is known is free, and one of known categories is a choice', () => {
  const text = { name: 'review', named: true, type: 'string', nullable: false } as const;
  const found = rangesOfSignature([text, { ...text, name: 'plan', categories: ['basic', 'pro'] }]);
  expect(found.map(({ categories }) => categories)).toEqual([null, ['basic', 'pro']]);
});
