import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../model/tensor.ts';
import { textStage } from './evaluate.ts';
import { type TextExpression, textExpressionOf, textInputName } from './expression.ts';

const texts = (...data: string[]): { readonly t: Tensor } => ({
  t: { dtype: 'string', shape: [data.length], data },
});
const of = 't';
const evaluated = (
  expression: TextExpression,
  tensors: Readonly<Record<string, Tensor>>,
  checkTime = (): void => undefined,
): Tensor => textStage(expression)({ tensors, checkTime });
const data = (expression: TextExpression, inputs: Readonly<Record<string, Tensor>>): unknown[] =>
  Array.from<unknown>(evaluated(expression, inputs).data);

describe('what is computed of texts before a graph runs', () => {
  test.each<[string, TextExpression, unknown[]]>([
    ['small letters of ASCII', { op: 'lower', of, ascii: true }, [' äÖ x', 'a\tb']],
    ['small letters', { op: 'lower', of, ascii: false }, [' äö x', 'a\tb']],
    ['great letters', { op: 'upper', of, ascii: true }, [' äÖ X', 'A\tB']],
    ['no white space around', { op: 'strip', of }, ['äÖ X', 'A\tb']],
    ['bytes', { op: 'length', of, unit: 'bytes' }, [7, 3]],
    ['characters', { op: 'length', of, unit: 'characters' }, [5, 3]],
    ['a part', { op: 'substring', of, start: -2, size: 1 }, [' ', '\t']],
    ['words', { op: 'split', of, by: '', any: false }, ['äÖ', 'X', 'A', 'b']],
    ['how many words', { op: 'count', of: { op: 'split', of, by: '', any: false } }, [2n, 2n]],
    ['parts at a separator', { op: 'split', of, by: 'X', any: false }, [' äÖ ', '', 'A\tb', '']],
  ])('gives %s', (_what, expression, wanted) => {
    expect(data(expression, texts(' äÖ X', 'A\tb'))).toEqual(wanted);
    expect(textExpressionOf(textInputName(expression))).toEqual(expression);
  });

  test('reads numbers as C does, and refuses other texts', () => {
    const float = { op: 'number', of, dtype: 'float32' } as const;
    expect(data(float, texts('1', ' -2.5e1 ', '.5', 'inf', '-inf', '+3'))).toEqual([
      1,
      -25,
      0.5,
      Infinity,
      -Infinity,
      3,
    ]);
    const whole = { op: 'number', of, dtype: 'int64' } as const;
    expect(data(whole, texts('9223372036854775807', '-1'))).toEqual([9223372036854775807n, -1n]);
    for (const text of ['', 'one', '1 2', '0x10', '1e'])
      expect(() => evaluated(float, texts(text)), text).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    expect(() => evaluated(whole, texts('9223372036854775808'))).toThrow(/64 bits/);
  });

  test('refuses what grows beyond all bounds', () => {
    const words = { op: 'split', of, by: '', any: false } as const;
    const many = texts('a '.repeat(2_000_000), 'b', 'c');
    expect(() => evaluated(words, many)).toThrow(/4000000/);
    const grown = { op: 'replace', of, pattern: 'a', rewrite: 'x'.repeat(1000), all: true } as const;
    expect(() => evaluated(grown, texts('a'.repeat(100_000)))).toThrow(/64000000/);
  });

  test('refuses at once what takes long to read as a number', () => {
    const long = '1'.repeat(200_000);
    const started = performance.now();
    const float = { op: 'number', of, dtype: 'float32' } as const;
    expect(() => evaluated(float, texts(`${long}x`))).toThrow(/is no float32 number/);
    const whole = { op: 'number', of, dtype: 'int64' } as const;
    expect(() => evaluated(whole, texts(long))).toThrow(/^.{0,300}is no number of 64 bits/);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('refuses a long text that is put in at many places before it is there', () => {
    const grown = { op: 'replace', of, pattern: 'a', rewrite: 'x'.repeat(1_000_000), all: true } as const;
    expect(() => evaluated(grown, texts('a'.repeat(10_000)))).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });

  test('asks before each text whether there is time left', () => {
    const spaces = { op: 'replace', of, pattern: '\\s+$', rewrite: '', all: true } as const;
    let asked = 0;
    const expired = (): void => {
      asked += 1;
      if (asked === 3) throw new Error('too late');
    };
    expect(() => evaluated(spaces, texts('a', 'b', 'c', 'd'), expired)).toThrow('too late');
  });

  test.each([
    ['no JSON', 'plimsoll.text {'],
    ['an operation that is not known', 'plimsoll.text {"op":"system","of":"t"}'],
    [
      'a pattern that repeats groups',
      'plimsoll.text {"op":"replace","of":"t","pattern":"(a+)+","rewrite":"","all":true}',
    ],
    [
      'a rewrite that is not known',
      'plimsoll.text {"op":"replace","of":"t","pattern":"a","rewrite":"\\\\x","all":true}',
    ],
    ['no operand', 'plimsoll.text {"op":"lower"}'],
    ['operands nested deeply', `plimsoll.text ${'{"op":"lower","of":'.repeat(100)}"t"${'}'.repeat(100)}`],
  ])('takes no name of an input with %s for an expression', (_what, name) => {
    expect(textExpressionOf(name)).toBeNull();
  });
});
