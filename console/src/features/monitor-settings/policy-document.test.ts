import { expect, test } from 'vitest';
import { MONITOR_GRAMMAR } from '../../api/generated/monitor-grammar.ts';
import { differencesOf, parsedDocument, valueAt, withValue } from './policy-document.ts';

test('a value is set where it belongs, and what the form does not know stays as it is written', () => {
  const written = { later: { unknown: [1] }, drift: { minimumPsi: 0.1, strange: true } };
  const changed = withValue(written, ['drift', 'ignore'], ['age']);
  expect(changed).toEqual({
    later: { unknown: [1] },
    drift: { minimumPsi: 0.1, strange: true, ignore: ['age'] },
  });
  expect(withValue(changed, ['drift', 'minimumPsi'], undefined)).toEqual({
    later: { unknown: [1] },
    drift: { strange: true, ignore: ['age'] },
  });
  expect(Object.keys(withValue(written, ['later'], 1))).toEqual(['later', 'drift']);
  expect(withValue({ drift: { ignore: ['a'] } }, ['drift', 'ignore'], undefined)).toEqual({});
  expect(valueAt(written, ['drift', 'toString'])).toBeUndefined();
});

test('documents differ by their values, with the defaults of what they leave out', () => {
  const before = { drift: { minimumPsi: 0.1 }, alerts: { for: '1m' } };
  const after = {
    drift: { ignore: ['age'] },
    alerts: { for: '1m' },
    receivers: { ops: { kind: 'webhook' } },
  };
  expect(differencesOf(before, after, MONITOR_GRAMMAR)).toEqual([
    { path: 'drift.minimumPsi', before: '0.1', after: '0.05 by default' },
    { path: 'drift.ignore', before: '[] by default', after: '["age"]' },
    { path: 'receivers.ops.kind', before: 'not set', after: '"webhook"' },
  ]);
  expect(differencesOf(after, after, MONITOR_GRAMMAR)).toEqual([]);
});

test('a text is a document or is told why not', () => {
  expect(parsedDocument('{"drift":{}}')).toEqual({ document: { drift: {} } });
  expect(parsedDocument('[]')).toMatchObject({ problem: expect.stringContaining('not a table') });
  expect(parsedDocument('{')).toMatchObject({ problem: expect.any(String) });
});
