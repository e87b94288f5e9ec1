import { expect, test } from 'vitest';
import { floats, instance, objects, testReading } from '../sklearn/testing/values.ts';
import { readCategoricalDomain, readContinuousDomain } from './domains.ts';

const view = (name: string, attributes: Record<string, unknown>) =>
  testReading().view(
    instance(`sklearn2pmml.decoration.${name}`, { invalid_value_treatment: 'return_invalid', ...attributes }),
    '',
    null,
  );
const continuous = (attributes: Record<string, unknown>) =>
  readContinuousDomain(view('ContinuousDomain', attributes));
const categorical = (attributes: Record<string, unknown>) =>
  readCategoricalDomain(view('CategoricalDomain', attributes));

test('each column has the bounds of its own', () => {
  expect(continuous({ data_min_: floats([0, 1]), data_max_: floats([2, 3]) })).toMatchObject({
    features: 2,
    columns: [{ valid: { low: 0, high: 2 } }, { valid: { low: 1, high: 3 } }],
  });
});

test('values of a series are those of one column', () => {
  const step = categorical({ data_values_: objects('a', 'b') });
  expect(step).toMatchObject({ features: 1, columns: [{ valid: { type: 'string', values: ['a', 'b'] } }] });
});

test('an invalid number becomes the first marker where nothing replaces what is missing', () => {
  const step = continuous({ missing_values: -999, invalid_value_treatment: 'as_missing' });
  const whenInvalid = { kind: 'replace', value: -999 };
  expect(step).toMatchObject({ columns: [{ whenMissing: { kind: 'keep' }, whenInvalid }] });
});

test.each([
  [
    'a text among numbers',
    () => continuous({ missing_value_replacement: 'none' }),
    /missing_value_replacement/,
  ],
  ['a type to cast to', () => continuous({ dtype: 'float32' }), /dtype/],
  ['a domain without values', () => categorical({}), /with_data/],
  ['values of two types', () => categorical({ data_values_: objects('a', 1) }), /of mixed types/],
  ['a treatment without a name', () => continuous({ invalid_value_treatment: 'guess' }), /'guess'/],
])('%s is refused with the field', (_what, read, message) => {
  expect(read).toThrow(message);
});

test('bounds of fewer columns than were fitted are invalid', () => {
  const attributes = { n_features_in_: 3, data_min_: floats([0]), data_max_: floats([1]) };
  expect(() => continuous(attributes)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  const lopsided = { data_min_: floats([0, 1]), data_max_: floats([1]) };
  expect(() => continuous(lopsided)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
});
