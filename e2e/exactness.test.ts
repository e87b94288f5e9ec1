import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EngineName, evaluateFixture } from './exactness/evaluate.ts';
import { listFixtures } from './exactness/fixture.ts';
import { KNOWN_GAPS } from './exactness/known.ts';

const files = listFixtures(join(import.meta.dirname, '../fixtures/models'));
const releases = [...new Set(files.map(({ release }) => release))];
const ENGINES: readonly EngineName[] = ['native', 'onnx'];

it('finds fixtures of at least five releases, 0.24 and 1.9 among them', () => {
  expect(releases.length).toBeGreaterThanOrEqual(5);
  expect(releases).toContain('sklearn-0.24.2');
  expect(releases).toContain('sklearn-1.9.1');
});

it('lists only gaps that exist', () => {
  const stale = KNOWN_GAPS.filter(({ name }) => !files.some((file) => name.test(file.name)));
  expect(stale).toEqual([]);
});

describe.each(releases)('%s', (release) => {
  const ofRelease = files.filter((file) => file.release === release);
  it.each(ofRelease)('gives the answers of the library: $name', async (file) => {
    const { engines } = await evaluateFixture(file);
    for (const id of ENGINES) {
      const { missing, tally, answered } = engines[id];
      const gap = KNOWN_GAPS.find(({ engine, name }) => engine === id && name.test(file.name));
      expect(gap ? null : missing, `${id} engine`).toBeNull();
      if (gap) expect(missing, `a gap that is closed: ${gap.reason}`).not.toBeNull();
      expect(tally?.failures ?? [], `${id} engine`).toEqual([]);
      expect(answered, `${id} engine`).toEqual([]);
    }
  });
});
