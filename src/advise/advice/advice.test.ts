import { expect, test } from 'vitest';
import { readValue } from '../../schema/read-value.ts';
import { ADVICE } from './advice.ts';

test('an advice that lacks its parts is refused by each of their names', () => {
  const problems: string[] = [];
  readValue(ADVICE, { name: 'till' }, '', problems);
  expect(problems.map((problem) => problem.split(' ')[0])).toContain('options');
});
