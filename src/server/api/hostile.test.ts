import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { OPERATIONS } from './operations.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const CODED = { error: { code: expect.any(String), message: expect.any(String), hint: expect.any(String) } };

test('whatever is sent to whichever operation, the answer is its own or a coded error, never a defect', async () => {
  const name = fc.string({ minLength: 1, maxLength: 300, unit: 'binary' });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...OPERATIONS),
      fc.array(name, { minLength: 2, maxLength: 2 }),
      fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
      fc.oneof(
        fc.constant(''),
        name.map((text) => `?${encodeURIComponent(text)}&limit=${encodeURIComponent(text)}`),
      ),
      async ({ method, path }, given, body, query) => {
        const names = [...given];
        const filled = path.replaceAll(/\{\w+\}/g, () =>
          encodeURIComponent(names.pop() ?? 'x').replaceAll('.', '%2E'),
        );
        const { status, json } = await api.ask(method, `${filled}${query}`, method === 'GET' ? {} : { body });
        if (status < 400) return;
        expect([method, filled, status]).not.toEqual([method, filled, 500]);
        expect(json).toMatchObject(CODED);
      },
    ),
    { numRuns: runs(400) },
  );
  expect(api.logged).toEqual([]);
});
