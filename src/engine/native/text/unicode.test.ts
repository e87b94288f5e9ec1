import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  isCombining,
  isDigit,
  isSpace,
  isWord,
  stripAccents,
  stripComposedAccents,
  stripToAscii,
} from './unicode.ts';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../fixtures/native/${name}.json`, import.meta.url), 'utf8'));
const python = load('characters') as Record<
  'word' | 'digit' | 'space' | 'combining' | 'assigned',
  number[]
> & {
  lower: [string, string][];
};
const vectors = load('text') as {
  texts: string[];
  lower: string[];
  accents: { ascii: string[]; unicode: string[] };
};

/** Membership of every code point, from inclusive ranges. */
function members(ranges: readonly number[]): Uint8Array {
  const set = new Uint8Array(0x110000);
  for (let i = 0; i < ranges.length; i += 2) set.fill(1, ranges[i], ranges[i + 1]! + 1);
  return set;
}

const assigned = members(python.assigned);

/** Code points that Python's Unicode version knows and on which the two disagree. */
function disagreements(ranges: readonly number[], ask: (point: number) => boolean): string[] {
  const wanted = members(ranges);
  const wrong: string[] = [];
  for (let point = 0; point < 0x110000; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    if (assigned[point] === 1 && ask(point) !== (wanted[point] === 1)) wrong.push(point.toString(16));
  }
  return wrong;
}

describe('characters as Python sees them', () => {
  test('every assigned code point is a word character exactly where isalnum() or an underscore', () => {
    expect(disagreements(python.word, isWord)).toEqual([]);
  });

  test('every assigned code point is a digit exactly where isdecimal()', () => {
    expect(disagreements(python.digit, isDigit)).toEqual([]);
  });

  test('every assigned code point is a space exactly where isspace()', () => {
    expect(disagreements(python.space, isSpace)).toEqual([]);
  });

  test('every assigned and decomposed code point combines exactly where its class is not zero', () => {
    const decomposed = (point: number) =>
      String.fromCodePoint(point).normalize('NFKD') === String.fromCodePoint(point);
    const wanted = members(python.combining);
    const wrong = disagreements(python.combining, (point) =>
      decomposed(point) ? isCombining(String.fromCodePoint(point)) : wanted[point] === 1,
    );
    expect(wrong).toEqual([]);
  });

  test('every code point lowers to what str.lower() gives', () => {
    const wrong = python.lower.filter(([upper, lower]) => upper.toLowerCase() !== lower);
    expect(wrong).toEqual([]);
  });

  test('texts lower as in Python, final sigma and dotted I included', () => {
    expect(vectors.texts.map((text) => text.toLowerCase())).toEqual(vectors.lower);
  });

  test('accents go as strip_accents_unicode and strip_accents_ascii take them', () => {
    expect(vectors.texts.map(stripAccents)).toEqual(vectors.accents.unicode);
    expect(vectors.texts.map(stripToAscii)).toEqual(vectors.accents.ascii);
  });

  test('before scikit-learn 0.22 only text that came composed lost its accents', () => {
    // scikit-learn 0.21.3: [strip_accents_unicode(t) for t in ["café", "cafe\u0301", "é e\u0301", "plain"]]
    const texts = ['caf\u00e9', 'cafe\u0301', '\u00e9 e\u0301', 'plain'];
    expect(texts.map(stripComposedAccents)).toEqual(['cafe', 'cafe\u0301', 'e e', 'plain']);
  });
});
