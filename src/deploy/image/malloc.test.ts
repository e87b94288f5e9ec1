import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MALLOC_ENVIRONMENT } from './malloc.ts';

const LAUNCHER = join(import.meta.dirname, '../../../bin/plimsoll.js');

test('images set what the launcher sets, which reads no sources', () => {
  const [, object = ''] = /const MALLOC = \{([^}]*)\}/.exec(readFileSync(LAUNCHER, 'utf8')) ?? [];
  const set = [...object.matchAll(/(\w+): '([^']*)'/g)].map(([, name, value]) => `${name}=${value}`);
  expect(set).toEqual([...MALLOC_ENVIRONMENT]);
});
