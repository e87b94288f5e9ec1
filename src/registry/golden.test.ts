import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { compareFileGolden, compareGolden, parseGolden } from './golden.ts';

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

test('rows of a file are compared by the precision of each column, and what counts as 0 is alike', () => {
  const column = { output: 'predict', column: null, precision: 1e-3, zeroThreshold: 1e-9 };
  const failures = (answers: readonly unknown[], values: readonly (number | string | null)[]) =>
    compareFileGolden(
      { predict: answers },
      { names: [], rows: values.map(() => []), answers: [{ ...column, values }] },
    ).failures;
  expect(failures([1.001, -1e-10, 'yes', 7], [1, 1e-10, 'yes', null])).toBe(0);
  expect(failures([1.0011, 1e-8, 'no', null], [1, 0, 'yes', 7])).toBe(4);
});

test('a column of a matrix is compared with its own cells', () => {
  const wanted = { output: 'predict_proba', column: 1, values: [0.5], precision: 0, zeroThreshold: 0 };
  const rows = { names: [], rows: [[]], answers: [wanted] };
  expect(compareFileGolden({ predict_proba: [[0.1, 0.5]] }, rows)).toMatchObject({ cells: 1, failures: 0 });
  expect(compareFileGolden({ predict_proba: [[0.5, 0.1]] }, rows).worst).toMatchObject({
    column: 1,
    left: 0.1,
  });
});
