import { expect, test } from 'vitest';
import { MIXED } from '../protocols/testing/targets.ts';
import type { InputDetail } from '../rows/input-errors.ts';
import { type ExplanationAsk, readExplanationAsk } from './explanation-ask.ts';

const read = (given: unknown): ExplanationAsk | null =>
  readExplanationAsk(given, ['body', 'explain'], MIXED, 'document');

function complaints(given: unknown): readonly InputDetail[] {
  try {
    read(given);
  } catch (error) {
    return (error as { details: { detail: readonly InputDetail[] } }).details.detail;
  }
  return [];
}

test('true asks for everything, an object for a part of it, and nothing, null and false for none', () => {
  const all = { form: 'document', output: null, method: null, top: null, reasons: null };
  expect(read(true)).toEqual(all);
  expect(read({})).toEqual(all);
  expect(read({ top: 3, reasons: true, output: 'raw', method: 'exact' })).toEqual({
    ...{ form: 'document', output: 'raw', method: 'exact', top: 3, reasons: true },
  });
  expect([read(undefined), read(null), read(false)]).toEqual([null, null, null]);
});

test('values of another kind are refused, each by its name', () => {
  for (const given of [1, 'yes', [true], 0])
    expect(complaints(given)).toMatchObject([{ loc: ['body', 'explain'] }]);
  const bad = complaints({ top: 0, output: 'predicted', method: 'shap', reasons: 1, topp: 1 });
  expect(bad.map(({ loc }) => loc.at(-1))).toEqual(['topp', 'top', 'reasons', 'output', 'method']);
  expect(bad[0]!.msg).toMatch(/did you mean "top"\?/);
  for (const top of [1.5, -1, '3', 1e9]) expect(complaints({ top })).toHaveLength(1);
});
