import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../../core/testing/runs.ts';
import { parseNumberText } from '../../../../serving/rows/text-values.ts';
import { numberAt } from './number.ts';

const read = (text: string): number | undefined => {
  const bytes = Buffer.from(`x${text},`);
  return numberAt(bytes, 1, bytes.length - 1);
};

test('numbers are the nearest doubles, however they are written', () => {
  const digits = fc.stringMatching(/^[+-]?[0-9]{0,20}(\.[0-9]{0,25})?$/);
  const others = fc.oneof(fc.double().map(String), fc.stringMatching(/^[0-9.eE+-]{1,12}$/), fc.string());
  fc.assert(
    fc.property(fc.oneof(digits, others), (text) => {
      expect(Object.is(read(text), parseNumberText(text))).toBe(true);
    }),
    { numRuns: runs(5000) },
  );
});

test('the cases at the edge of what one division gives', () => {
  const cases = [
    '0.1',
    '-0',
    '+.5',
    '5.',
    '.',
    '',
    '-',
    '9007199254740993',
    '123456789012345',
    '1234567890123456',
    '0.0000000000000000000001',
    '0.00000000000000000000001',
    '000000000000000000000001',
    '1.7976931348623157e308',
    '4.9e-324',
  ];
  for (const text of cases) expect([text, read(text)]).toEqual([text, parseNumberText(text)]);
});
