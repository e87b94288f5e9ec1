import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isKnownGap, KNOWN_GAPS } from './exactness/known.ts';
import { FIXTURES } from './exactness/replay-release.ts';

const releases = [...new Set(FIXTURES.map(({ release }) => release))];

it('finds fixtures of at least five releases, 0.24 and 1.9 among them', () => {
  expect(releases.length).toBeGreaterThanOrEqual(5);
  expect(releases).toContain('sklearn-0.24.2');
  expect(releases).toContain('sklearn-1.9.1');
});

it('replays every release', () => {
  const without = releases.filter(
    (release) => !existsSync(join(import.meta.dirname, `exactness/${release}.test.ts`)),
  );
  expect(without).toEqual([]);
});

it('lists only gaps that exist', () => {
  const names = FIXTURES.filter(isKnownGap).map(({ release, name }) => `${release}/${name}`);
  expect(KNOWN_GAPS.filter((gap) => !names.some((name) => gap.case.test(name)))).toEqual([]);
});
