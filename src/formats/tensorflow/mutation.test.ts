import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import type { ByteSource } from '../format.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { frozenGraphFormat, savedModelFormat } from './format.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/tensorflow/2.21.0');
const MUTATIONS = runs(200);
const MAX_MS = 5000;
/** What a damaged file is answered with; anything else would be a mistake of the reader. */
const CODES = /^(?:READ_|MODEL_|GRAPH_)/;

/** Files of a model, by their paths from its folder. */
type ModelFiles = Readonly<Record<string, Uint8Array>>;

const sourceOf = (files: ModelFiles, path: string): ByteSource | null => {
  const bytes = files[path];
  if (bytes === undefined) return null;
  const size = bytes.length;
  return {
    name: path,
    size,
    slice: (start, end) => bytes.subarray(start, end),
    sibling: (name) => sourceOf(files, name),
  };
};

function outcomeOf(files: ModelFiles, path: string): string {
  const format = path === 'graph.pb' ? frozenGraphFormat : savedModelFormat;
  try {
    const context = { limits: DEFAULT_LIMITS, codecs: [], now: () => performance.now() };
    const source = sourceOf(files, path);
    if (source === null) throw new Error(`${path} is missing`);
    return format.read(source, context).content === null ? 'READ_REFUSED' : 'READ_WHOLE';
  } catch (error) {
    if (isPlimsollError(error)) return error.code;
    throw error;
  }
}

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const at = randomIndex(random, bytes.length);
  const way = randomIndex(random, 4);
  if (way === 0) return bytes.subarray(0, at);
  if (way === 1) {
    const to = Math.min(bytes.length, at + randomIndex(random, 200));
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, to), bytes.subarray(to)]);
  }
  const changed = Uint8Array.from(bytes);
  for (let i = 0; i <= randomIndex(random, 3); i += 1)
    changed[randomIndex(random, bytes.length)] = randomIndex(random, 256);
  return changed;
}

const MODELS: readonly (readonly [string, readonly string[]])[] = [
  ['recurrent', ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001']],
  ['cnn', ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001']],
  ['words', ['saved_model.pb', 'variables/variables.index', 'assets/words.txt']],
  ['branches', ['saved_model.pb', 'variables/variables.index']],
  ['frozen', ['graph.pb']],
];

describe.each(MODELS)('the files of %s, changed at random', (name, paths) => {
  const files: ModelFiles = Object.fromEntries(
    [...paths, 'variables/variables.data-00000-of-00001']
      .filter((path) => name !== 'frozen' || path === 'graph.pb')
      .map((path) => [path, readFileSync(join(FOLDER, name, path))]),
  );
  test.each(paths)('are read or refused with a code: %s', (path) => {
    for (let seed = 0; seed < MUTATIONS; seed += 1) {
      const changed = { ...files, [path]: mutated(files[path] ?? new Uint8Array(0), seededRandom(seed)) };
      const started = performance.now();
      let outcome: string;
      try {
        outcome = outcomeOf(changed, paths[0] ?? '');
      } catch (error) {
        expect.fail(`${path}, seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
      }
      expect(outcome, `${path}, seed ${seed}`).toMatch(CODES);
      expect(performance.now() - started, `${path}, seed ${seed}`).toBeLessThan(MAX_MS);
    }
  });
});
