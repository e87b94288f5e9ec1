import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EngineName, evaluateFixture } from './exactness/evaluate.ts';
import { type FixtureFile, listFixtures } from './exactness/fixture.ts';
import { gapOf, KNOWN_GAPS } from './exactness/known.ts';

const files = listFixtures(join(import.meta.dirname, '../fixtures/models'));
const releases = [...new Set(files.map(({ release }) => release))];
const nameOf = ({ release, name }: FixtureFile): string => `${release}/${name}`;
const ENGINES: readonly EngineName[] = ['native', 'onnx'];

it('finds fixtures of at least five releases, 0.24 and 1.9 among them', () => {
  expect(releases.length).toBeGreaterThanOrEqual(5);
  expect(releases).toContain('sklearn-0.24.2');
  expect(releases).toContain('sklearn-1.9.1');
});

it('lists only gaps that exist', () => {
  const stale = KNOWN_GAPS.filter((gap) => !files.some((file) => gap.case.test(nameOf(file))));
  expect(stale).toEqual([]);
});

describe.each(releases)('%s', (release) => {
  const ofRelease = files.filter((file) => file.release === release);
  it.each(ofRelease)('gives the answers of the library: $name', async (file) => {
    const { blocked, engines } = await evaluateFixture(file);
    expect(blocked !== null, blocked ?? 'a gap that is closed').toBe(
      gapOf('both', nameOf(file)) !== undefined,
    );
    for (const id of engines ? ENGINES : []) {
      const { missing, tally, answered } = engines![id];
      const known = gapOf(id, nameOf(file)) !== undefined;
      expect(missing !== null, missing?.message ?? `${id}: a gap that is closed`).toBe(known);
      expect(tally?.failures ?? [], `${id} engine`).toEqual([]);
      expect(answered, `${id} engine`).toEqual([]);
    }
  });
});
