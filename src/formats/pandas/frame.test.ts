import { describe, expect, it } from 'vitest';
import { pyTuple } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { floats, instance, int, objects, tuple } from '../sklearn/testing/values.ts';
import { frameOf, seriesEntries } from './frame.ts';

const called = (name: string, ...args: readonly PyValue[]): PyValue => instance(name, {}, args);
const slice = (from: number, to: number): PyValue => called('builtins.slice', int(from), int(to), int(1));
const block = (values: PyValue, places: PyValue): PyValue =>
  called('pandas._libs.internals._unpickle_block', values, places, int(2));
const frame = (blocks: PyValue, axes: PyValue): PyValue =>
  instance('pandas.core.frame.DataFrame', {
    _mgr: called('pandas.core.internals.managers.BlockManager', blocks, axes),
  });
const AXES = pyTuple([objects('x', 'y', 'z'), objects('a', 'b')]);

const numbers = (value: PyValue): unknown =>
  frameOf(value)?.data.map((cell) => (cell as { value: number }).value);

describe('a frame of several blocks', () => {
  it('has its cells row by row', () => {
    const blocks = pyTuple([
      block(floats([1, 2], [1, 2]), slice(1, 2)),
      block(floats([3, 4, 5, 6], [2, 2]), floats([0, 2])),
    ]);
    expect(numbers(frame(blocks, AXES))).toBeUndefined();
    const whole = pyTuple([
      block(floats([1, 2], [1, 2]), slice(1, 2)),
      block(floats([3, 4], [1, 2]), slice(0, 1)),
      block(floats([5, 6], [1, 2]), slice(2, 3)),
    ]);
    expect(numbers(frame(whole, AXES))).toEqual([3, 1, 5, 4, 2, 6]);
  });

  it.each([
    ['leave a column out', [block(floats([1, 2], [1, 2]), slice(1, 2))]],
    ['stand beyond its columns', [block(floats([1, 2, 3, 4, 5, 6], [3, 2]), slice(1, 4))]],
    ['are shorter than its index', [block(floats([1, 2, 3], [3, 1]), slice(0, 3))]],
    ['say that they have more columns than any table', [block(floats([1]), slice(0, 2 ** 40))]],
  ])('is none where blocks %s', (_how, blocks) => {
    expect(frameOf(frame(pyTuple(blocks), AXES))).toBeNull();
  });
});

it('a series is none where its labels are fewer than its values', () => {
  const series = (labels: PyValue): PyValue =>
    instance('pandas.core.series.Series', {
      _mgr: called(
        'pandas.core.internals.managers.SingleBlockManager',
        pyTuple([block(floats([1, 2]), slice(0, 2))]),
        pyTuple([labels]),
      ),
    });
  expect(seriesEntries(series(objects('a', 'b')))?.map(([label]) => label)).toEqual(['a', 'b']);
  expect(seriesEntries(series(objects('a')))).toBeNull();
  expect(seriesEntries(tuple())).toBeNull();
});
