import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../src/files/read-model.ts';
import { createEngines, isEngine } from '../src/registry/engines.ts';
import { verifyEngines } from '../src/registry/verify.ts';
import { type FixtureFile, listFixtures } from './exactness/fixture.ts';

/** What registration does to a file: a model that people have trained must not be refused by its own proof. */
const FIXTURES = listFixtures(join(import.meta.dirname, '..', 'fixtures', 'models'));
const RELEASES = [...new Set(FIXTURES.map(({ release }) => release))];
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Why registration would refuse the file, or null. */
async function refusal(file: FixtureFile): Promise<string | null> {
  const { content } = readModelFile(file.model);
  if (content === null) return null;
  const engines = await createEngines(content);
  try {
    await verifyEngines(content, engines, { model: file.name, clock, budgetMillis: 300 });
    return null;
  } catch (error) {
    return `${file.name}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const engine of [engines.native, engines.onnx].filter(isEngine)) await engine.close();
  }
}

describe.each(RELEASES)('%s', (release) => {
  test('no file is refused by the comparison of its two engines', { timeout: 120_000 }, async () => {
    const refusals: string[] = [];
    for (const file of FIXTURES.filter((one) => one.release === release)) {
      const found = await refusal(file);
      if (found !== null) refusals.push(found);
    }
    expect(refusals).toEqual([]);
  });
});
