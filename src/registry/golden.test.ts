import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { compareGolden, parseGolden } from './golden.ts';

const golden = (expected: Record<string, unknown>) => parseGolden({ input: [[1]], expected }, 'golden.json');

test('parseGolden() says what a golden file lacks', () => {
  const reasons = [
    [],
    { expected: {} },
    { input: [] },
    { input: [], expected: {} },
    { input: [], expected: { predict: [], predict_proba: [[], []] } },
    { input: [], expected: { predict: [1] }, tolerance: { rtol: 'x' } },
    { input: [], expected: { predict: [1] }, tolerance: { atol: '1e-9' } },
  ].map((json) => {
    try {
      parseGolden(json, 'golden.json');
      return 'accepted';
    } catch (error) {
      return isPlimsollError(error) ? error.details['reason'] : 'another error';
    }
  });
  expect(reasons).toEqual([
    'it is not a JSON object',
    '"input" is missing',
    '"expected" is not an object of outputs',
    '"expected" holds no values to compare with',
    '"expected" holds no values to compare with',
    '"tolerance" needs numbers "rtol" and "atol" of at least 0',
    '"tolerance" needs numbers "rtol" and "atol" of at least 0',
  ]);
});

test('compareGolden() accepts equal labels and numbers within tolerance', () => {
  const found = compareGolden(
    { predict: ['a'], predict_proba: [[0.1 + 1e-13, 0.9]] },
    golden({ predict: ['a'], predict_proba: [[0.1, 0.9]] }),
  );
  expect(found).toMatchObject({ rows: 1, cells: 3, differingBits: 1, failures: 0 });
});

test('compareGolden() fails another label, a missing output and a number beyond tolerance', () => {
  const expected = golden({ predict: ['a'], transform: [[1]], predict_proba: [[0.1]] });
  const found = compareGolden({ predict: ['b'], predict_proba: [[0.2]] }, expected);
  expect(found).toMatchObject({ cells: 3, failures: 3 });
});

test('compareGolden() fails an infinity where a number was expected, and the other way round', () => {
  const expected = golden({ predict: [Infinity, 1, Infinity] });
  expect(compareGolden({ predict: [1, Infinity, Infinity] }, expected)).toMatchObject({ failures: 2 });
});

test('compareGolden() fails values where none were expected', () => {
  const expected = golden({ predict: [1], transform: [[]] });
  expect(compareGolden({ predict: [1], transform: [[5]] }, expected)).toMatchObject({ failures: 1 });
});
