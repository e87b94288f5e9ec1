import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runs } from '../core/testing/runs.ts';
import { modelFixtures } from './testing/model-fixtures.ts';
import { MUTATION_OUTCOME, tryMutation } from './testing/mutated-model.ts';

/**
 * Model files with something changed in them: each is read and answers, or is refused with a coded error, in time. Nothing else may come
 * of it, whatever the bytes are. `npm run fuzz` changes each of them more often, and watches what that costs.
 */
const FILES = modelFixtures();
const MUTATIONS = 2;
const MAX_MS = 5000;

test.each(FILES.filter((_, i) => i % (FILES.length / runs(FILES.length)) < 1))(
  '$name, changed at random, is read or refused',
  async ({ path, seed: first }) => {
    const bytes = readFileSync(path);
    for (let seed = first; seed < first + MUTATIONS; seed++) {
      const started = performance.now();
      const outcome = await tryMutation(bytes, seed).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.stack}`);
      });
      expect(outcome, `seed ${seed}`).toMatch(MUTATION_OUTCOME);
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(MAX_MS);
    }
  },
);
