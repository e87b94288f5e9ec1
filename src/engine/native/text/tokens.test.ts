import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMillis } from '../../../../tools/processor-time.ts';
import { prepareTokenizer } from './tokens.ts';

const url = new URL('../../../../fixtures/native/text.json', import.meta.url);
const vectors = JSON.parse(readFileSync(url, 'utf8')) as {
  texts: string[];
  patterns: { pattern: string; tokens: string[][] }[];
};

const refuse = (problem: string): never => {
  throw new Error(problem);
};
const tokenizer = (pattern: string) => prepareTokenizer(pattern, refuse);

describe('tokenizer', () => {
  test.each(vectors.patterns)('$pattern finds what re.findall finds', ({ pattern, tokens }) => {
    const tokenize = tokenizer(pattern);
    expect(vectors.texts.map((text) => tokenize(text))).toEqual(tokens);
  });

  test.each([
    ['(a+)+$|x', 'a'],
    ['(?:a|aa)+b', 'a'],
    ['(?:.*)(?:.*)(?:.*)=', 'x'],
    ['(?:a?){300}a{300}b', 'a'],
    ['\\w+@\\w+\\.\\w+', 'w'],
    ['(?=(?:a|a){40}b)a', 'a'],
  ])('%s answers a hostile text of 5,000 characters within two seconds', (pattern, char) => {
    const tokenize = tokenizer(pattern);
    expect(processorMillis(() => tokenize(char.repeat(5_000)))).toBeLessThan(2000);
  });

  test.each([
    ['(a)\\1', 'escape'],
    ['(a)(b)', 'capturing groups'],
    ['a*', 'empty text'],
    ['(?i)a', 'flag'],
    ['(?>a)', 'group extension'],
    ['a++', 'possessive'],
    ['(?<=a{1,2})b', 'fixed width'],
    ['a(?=.*b)', 'wider'],
    ['(a', 'not closed'],
    ['a)', 'unbalanced'],
    ['[a', 'unexpected end'],
    ['\\q', 'escape'],
    ['(?:a{1000}){1000}', 'instructions'],
    ['(?:(?:(?:(?:){1000}){1000}){1000}){1000}a', 'repeat of nothing'],
    ['('.repeat(200), 'nested'],
    ['a'.repeat(2000), 'characters long'],
  ])('refuses %s, saying why', (pattern, why) => {
    expect(() => tokenizer(pattern)).toThrow(why);
  });

  test('refuses a text too long for a costly pattern rather than stall', () => {
    expect(() => tokenizer('(?:a?){300}b')('a'.repeat(200_000))).toThrow('too long for the token pattern');
  });

  test('the scanner of word runs finds what the pattern machine finds', () => {
    const scan = tokenizer('(?u)\\b\\w\\w+\\b');
    const machine = tokenizer('(?:\\b\\w\\w+\\b)');
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', '_', '5', ' ', '-', 'é', '\u0301', 'ß', '東', '\u{20000}', '\u{1f600}'),
    });
    fc.assert(
      fc.property(text, (value) => {
        expect(scan(value)).toEqual(machine(value));
      }),
    );
  });
});
