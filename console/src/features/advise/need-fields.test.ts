import { expect, test } from 'vitest';
import { bodyOf, needsIn, withNeed } from './need-fields.ts';

test('the address holds what was written, and nothing that was not', () => {
  const once = withNeed({}, 'model', 'churn@3');
  expect(needsIn(once)).toEqual({ model: 'churn@3' });
  expect(withNeed(needsIn(once), 'model', '')).toBe('');
});

test.each(['', '{', '[1]', 'null', '3', '{"model":3}'])('%j in the address is no needs', (parameter) => {
  expect(Object.keys(needsIn(parameter))).toEqual([]);
});

test('a time of a processor describes a model, and anything else names one', () => {
  expect(bodyOf({ model: '30us' })).toEqual({ model: { perRow: '30us' } });
  expect(bodyOf({ model: ' churn@3 ' })).toEqual({ model: 'churn@3' });
  expect(bodyOf({ requests: '40/s' })).toBeNull();
});

test('what is not asked in a case is not sent, though it was written before', () => {
  const needs = { model: 'm@1', requests: '40/s', rows: '3 M/day', peak: '  ' };
  expect(bodyOf(needs)).toEqual({ model: 'm@1', requests: '40/s' });
  expect(bodyOf({ ...needs, asked: 'schedule' })).toEqual({
    model: 'm@1',
    asked: 'schedule',
    rows: '3 M/day',
  });
});
