import { expect, test } from 'vitest';
import { committedApi, generatedApi } from './generate.ts';

test('what requests are held against is what Google has published', { timeout: 300_000 }, async () => {
  expect(committedApi()).toBe(await generatedApi());
});
