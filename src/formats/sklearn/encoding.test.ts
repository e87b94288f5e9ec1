import { expect, test } from 'vitest';
import { readOneHotEncoder, readOrdinalEncoder, readTargetEncoder } from './encoding.ts';
import { floats, instance, int, objects, testReading } from './testing/values.ts';
import type { EstimatorView } from './view.ts';

const encoder = (attributes: Record<string, unknown>): EstimatorView =>
  testReading().view(
    instance('sklearn.preprocessing._encoders.OneHotEncoder', { _sklearn_version: '1.6.1', ...attributes }),
    '',
  );

const ABC = objects('a', 'b', 'c', 'd');
/** b and d are infrequent: they share the last of three codes. */
const GROUPED = {
  categories_: [ABC],
  _infrequent_enabled: true,
  _infrequent_indices: [floats([1, 3])],
  _default_to_infrequent_mappings: [floats([0, 2, 1, 2])],
};
const column = (attributes: Record<string, unknown>) => {
  const { slots, width, unknownSlot } = readOneHotEncoder(encoder(attributes)).columns[0]!;
  return { slots: [...slots], width, unknownSlot };
};

test('slots are the categories in order, without the dropped one', () => {
  expect(column({ categories_: [ABC] })).toEqual({ slots: [0, 1, 2, 3], width: 4, unknownSlot: -1 });
  expect(column({ categories_: [ABC], drop_idx_: objects(int(1)) })).toEqual({
    slots: [0, -1, 1, 2],
    width: 3,
    unknownSlot: -1,
  });
  expect(column({ categories_: [ABC], drop_idx_: objects(null) })).toMatchObject({ width: 4 });
});

test.each([int(4), int(-1), 0.5])('a dropped category that is not there is damage: %j', (drop) => {
  expect(() => column({ categories_: [ABC], drop_idx_: objects(drop) })).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID' }),
  );
});

test.each([
  ['dates', [{ ...floats([1, 2]), dtype: { ...floats([]).dtype, code: 'M' } }], 'datetime64[2]'],
  ['strings beside numbers', [objects('a', 1)], 'object[2] of mixed types'],
  ['both None and NaN', [objects('a', null, Number.NaN)], 'object[3] with two kinds of missing value'],
  ['bools with a missing one', [objects(true, null, false)], 'object[3]'],
  ['large integers', [objects(2n ** 60n, 1n)], 'object[2] with an integer beyond 2^53'],
])('categories of %s are named as not supported, not as damage', (_, categories_, found) => {
  expect(() => readOneHotEncoder(encoder({ categories_ }))).toThrow(
    expect.objectContaining({
      code: 'MODEL_UNSUPPORTED',
      details: expect.objectContaining({ found: expect.stringContaining(found) }),
    }),
  );
});

test('infrequent categories share a slot, which takes unknown ones where the policy says so', () => {
  expect(column(GROUPED)).toEqual({ slots: [0, 2, 1, 2], width: 3, unknownSlot: -1 });
  for (const handle_unknown of ['infrequent_if_exist', 'warn']) {
    expect(column({ ...GROUPED, handle_unknown, _sklearn_version: '1.8.0' })).toEqual({
      slots: [0, 2, 1, 2],
      width: 3,
      unknownSlot: 2,
    });
  }
  expect(
    column({ ...GROUPED, handle_unknown: 'infrequent_if_exist', _drop_idx_after_grouping: objects(int(0)) }),
  ).toEqual({
    slots: [-1, 1, 0, 1],
    width: 2,
    unknownSlot: 1,
  });
});

test('codes with holes are corrupt', () => {
  expect(() => column({ ...GROUPED, _default_to_infrequent_mappings: [floats([0, 5, 1, 5])] })).toThrow(
    /without holes/,
  );
});

test('an ordinal encoder answers the missing category with its own value, behind grouped codes too', () => {
  const codes = (attributes: Record<string, unknown>): number[] => [
    ...readOrdinalEncoder(encoder(attributes)).columns[0]!.rows,
  ];
  const withNaN = objects('a', 'b', 'c', 'd', Number.NaN);
  expect(codes({ categories_: [withNaN] })).toEqual([0, 1, 2, 3, Number.NaN]);
  expect(codes({ categories_: [withNaN], encoded_missing_value: -1 })).toEqual([0, 1, 2, 3, -1]);
  expect(codes({ ...GROUPED, categories_: [withNaN], encoded_missing_value: -1 })).toEqual([0, 2, 1, 2, -1]);
  expect(codes({ categories_: [objects('a', null)] })).toEqual([0, 1]);
});

test('older releases refused missing values', () => {
  expect(readOrdinalEncoder(encoder({ categories_: [ABC], _sklearn_version: '0.24.2' })).refusesMissing).toBe(
    true,
  );
  expect(readOrdinalEncoder(encoder({ categories_: [ABC] })).refusesMissing).toBeUndefined();
  const none = { categories_: [ABC, objects('a', null)], _sklearn_version: '0.24.2' };
  expect(readOrdinalEncoder(encoder(none)).refusesMissing).toBeUndefined();
});

test("handle_unknown='warn' takes the infrequent slot from 1.8 on, none before", () => {
  const grouped = {
    handle_unknown: 'warn',
    categories_: [objects('a', 'b', 'c')],
    _infrequent_enabled: true,
    _default_to_infrequent_mappings: [floats([0, 1, 1])],
    _infrequent_indices: [floats([1, 2])],
  };
  const unknownSlot = (_sklearn_version: string) =>
    readOneHotEncoder(encoder({ ...grouped, _sklearn_version })).columns[0]!.unknownSlot;
  expect(unknownSlot('1.7.2')).toBe(-1);
  expect(unknownSlot('1.8.0')).toBe(1);
});

test.each([
  ['too few vectors', { encodings_: objects(floats([1, 2])), target_type_: 'multiclass' }, /encodings_/],
  ['too short a vector', { encodings_: objects(floats([1])), target_type_: 'binary' }, /encodings_\[0\]/],
  [
    'another kind of target',
    { encodings_: objects(floats([1, 2])), target_type_: 'unknown' },
    /target_type_/,
  ],
])('%s of a TargetEncoder is refused', (_, fitted, message) => {
  const mean = fitted.target_type_ === 'multiclass' ? [0.2, 0.8] : [0.5];
  const state = {
    categories_: objects(floats([1, 2])),
    target_mean_: floats(mean),
    classes_: floats([0, 1]),
    ...fitted,
  };
  const view = testReading().view(instance('sklearn.preprocessing.TargetEncoder', state), '');
  expect(() => readTargetEncoder(view)).toThrow(message);
});
