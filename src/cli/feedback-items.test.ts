import { expect, test } from 'vitest';
import { itemsOf } from './feedback-items.ts';

test('JSON Lines are items as they are, with the endpoint of the command where they name none', () => {
  const text =
    '{"requestId":"r1","label":"leaves"}\n\n{"endpoint":"fraud","unit":"u","metric":"loss","value":1e-3}\n';
  expect(itemsOf(text, 'jsonl', 'churn')).toEqual([
    { endpoint: 'churn', requestId: 'r1', label: 'leaves' },
    { endpoint: 'fraud', unit: 'u', metric: 'loss', value: 0.001 },
  ]);
});

test('in CSV an empty cell is left out, a value is a number, and ids stay texts', () => {
  const text = 'unit,metric,value,label\n007,revenue,12.5,\n"a,b",,,1\n';
  expect(itemsOf(text, 'csv', 'churn')).toEqual([
    { endpoint: 'churn', unit: '007', metric: 'revenue', value: 12.5 },
    { endpoint: 'churn', unit: 'a,b', label: '1' },
  ]);
});

test.each([
  ['jsonl', '{"unit":"u"}\nnot json\n[1]', ['line 2 is no JSON object', 'line 3 is no JSON object']],
  ['jsonl', '{"unit":"u"}', ['line 1 names no endpoint']],
  ['csv', 'unit,amount\nu,1', ['"amount"', 'line 2 names no endpoint']],
  ['csv', 'unit,value\nu', ['Invalid Record Length']],
] as const)('every mistake in a %s file is named', (kind, text, wanted) => {
  const problem = (): unknown => itemsOf(text, kind, undefined);
  for (const words of wanted) expect(problem).toThrow(words);
});
