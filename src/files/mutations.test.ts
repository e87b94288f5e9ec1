import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runs } from '../core/testing/runs.ts';
import { MUTATION_OUTCOME, mutatedFile, tryModel } from './testing/mutated-model.ts';

/**
 * Files of boosters with something changed in them: each is read and answers, or is refused with a coded error, in time.
 * Nothing else may come of it, whatever the bytes are.
 */
const MODELS = join(import.meta.dirname, '../../fixtures/models');
const RELEASES = readdirSync(MODELS).filter((release) => /^(?:catboost|lightgbm|xgboost)-/.test(release));
const FILES = RELEASES.flatMap((release) =>
  readdirSync(join(MODELS, release))
    .filter((file) => !file.endsWith('.json'))
    .map((file) => `${release}/${file}`),
);
const MUTATIONS = runs(200);
const MAX_MS = 5000;
test.each(FILES.filter((_, i) => i % (FILES.length / runs(FILES.length)) < 1))(
  '%s, changed at random, is read or refused',
  async (file) => {
    const bytes = readFileSync(join(MODELS, file));
    for (let seed = 0; seed < MUTATIONS; seed++) {
      const started = performance.now();
      const outcome = await tryModel(mutatedFile(bytes, seed)).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.stack}`);
      });
      expect(outcome, `seed ${seed}`).toMatch(MUTATION_OUTCOME);
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(MAX_MS);
    }
  },
);
