import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli.ts';
import { listFixtures } from '../exactness/fixture.ts';
import { compare, KINDS } from './same-answers.ts';

const files = listFixtures(join(ROOT, 'fixtures/models')).filter(
  ({ release }) => release === 'sklearn-1.9.1',
);

/** One of each: columns of all types, several targets, a column alone, categories, text. */
const CHOSEN = [
  'columns-mixed',
  'forest-classifier-two-outputs',
  'ridge-one-column',
  'hgb-classifier-categorical',
  'count-words',
];

test.each(CHOSEN)(
  `%s answers from ${KINDS.join(', ')} as it does to predict`,
  { timeout: 120_000 },
  async (name) => {
    expect(await compare(files.find((file) => file.name === name)!)).toBeNull();
  },
);
