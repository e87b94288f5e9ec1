import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DISTRIBUTION } from '../../src/python/wheel.ts';
import { projectOf } from './metadata.ts';

const text = readFileSync(join(import.meta.dirname, '../../python/pyproject.toml'), 'utf8');

test('the distribution is named as the server offers it', () => {
  expect(projectOf(text).name).toBe(DISTRIBUTION);
});

test.each([
  ['a version of its own', 'dynamic = ["version"]', 'version = "1.0"', /only the version may be dynamic/],
  ['dependencies', 'dependencies = []', 'dependencies = ["numpy"]', /no dependencies/],
  ['a field that is not written', 'keywords', 'authors', /project\.authors/],
  ['a table in place of a text', 'readme = "README.md"', 'readme = {file = "README.md"}', /project\.readme/],
  ['a text in two lines', 'license = "Apache-2.0"', 'license = "MIT\\nName: other"', /project\.license/],
  ['no summary', /description = .*/, '', /project\.description is missing/],
])('%s is refused, not left out', (_, from, to, message) => {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  expect(() => projectOf(changed)).toThrow(message);
});
