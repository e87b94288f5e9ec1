import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli.ts';
import { listFixtures } from '../exactness/fixture.ts';
import { compare, KINDS } from './same-answers.ts';

/** Every so many of all releases: a model a test takes seconds, and there are two thousand. */
const STEP = 41;
const files = listFixtures(join(ROOT, 'fixtures/models')).filter((_, i) => i % STEP === 0);

test.each(files.map((file, i) => ({ ...file, kind: KINDS[i % KINDS.length]! })))(
  '$release/$name answers from $kind as it does to predict',
  { timeout: 120_000 },
  async ({ kind, ...file }) => {
    expect([null, 'its rows are no table of one type a column', '`predict` refuses rows of it']).toContain(
      await compare(file, [kind]),
    );
  },
);
