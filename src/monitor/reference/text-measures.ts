/**
 * Measures of free text, of which the values themselves never come again: how long it is, in which language or script, and how
 * many of its words the reference has not. Pure.
 */

import { murmur3 } from '../../bytes/murmur3.ts';
import { elementAt } from '../../core/element-at.ts';
import type { FeatureProfile, TextMeasures, ValueColumn } from './reference-profile.ts';

type Texts = Extract<ValueColumn, { kind: 'category' }>;
type ProfileColumn = (name: string, column: ValueColumn, sentinels: readonly number[]) => FeatureProfile;

/** Texts of the reference that are read, words that are known, words of a text that are looked at. */
const TEXTS_MAX = 20_000;
export const VOCABULARY_MAX = 20_000;
const WORDS_MAX = 512;
/** Neighbouring rows that are in the same half. */
const HALF_ROWS = 64;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Thai',
];
const LETTERS = SCRIPTS.map((script) => [script, new RegExp(`\\p{Script=${script}}`, 'gu')] as const);

/** The commonest small words of languages in Latin letters: enough to tell them apart in a sentence or two. */
const SMALL_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  English: new Set('the and of to in is that it was for you with on are this not have be at'.split(' ')),
  German: new Set('der die und das ist nicht ich ein eine zu den mit sie es auf dem für von auch'.split(' ')),
  French: new Set('le la les et des est que une un pas pour dans je ce qui au du sur avec il'.split(' ')),
  Spanish: new Set('el los las que en y por una con para es no se del lo muy pero más al su'.split(' ')),
  Italian: new Set('il di che è e per non un sono della gli una con ho ma anche alla del lo si'.split(' ')),
  Portuguese: new Set('o que e do da em um para não uma os com no na por mais as dos foi ao'.split(' ')),
  Dutch: new Set('de het een en van ik niet is dat op te zijn voor met die er aan maar om ook'.split(' ')),
};

/** The measures of a text column, with their profiles: of the words, one half of the rows is known and the other counted. */
export function profileTextMeasures(
  { name }: Pick<FeatureProfile, 'name'>,
  feature: number,
  column: Texts,
  profileColumn: ProfileColumn,
): { readonly measures: TextMeasures; readonly features: readonly FeatureProfile[] } {
  const texts = column.values.slice(0, TEXTS_MAX);
  const halfOf = (half: number) => texts.filter((_, i) => Math.floor(i / HALF_ROWS) % 2 === half);
  const [known, counted] = [halfOf(0), halfOf(1)];
  const measures = { feature, vocabulary: vocabularyOf(known) };
  const measured = new TextMeter(measures).measure(counted.length > 0 ? counted : known);
  const features = NAMES.map((measure, k) => ({
    ...profileColumn(`${name} (${measure})`, elementAt(measured, k), []),
    of: name,
  }));
  return { measures, features };
}

const NAMES = ['length', 'language', 'new words'] as const;
/** Measures of a text. */
export const TEXT_MEASURES = NAMES.length;

/** The most frequent words. */
function vocabularyOf(texts: Texts['values']): number[] {
  const counts = new Map<number, number>();
  for (const text of texts)
    for (const word of wordsOf(text ?? '')) counts.set(hashOf(word), (counts.get(hashOf(word)) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, VOCABULARY_MAX);
  return frequent.map(([hash]) => hash).sort((a, b) => a - b);
}

const wordsOf = (text: string): string[] => (text.toLowerCase().match(WORD) ?? []).slice(0, WORDS_MAX);
const hashOf = (word: string): number => murmur3(word, 0);

/** Measures texts as the reference was measured. */
export class TextMeter {
  readonly #known: ReadonlySet<number>;

  constructor({ vocabulary }: TextMeasures) {
    this.#known = new Set(vocabulary);
  }

  /** Characters, language or script, and the share of words that are new; null where there is no text. */
  measure(texts: Texts['values']): readonly ValueColumn[] {
    const lengths = new Float64Array(texts.length).fill(Number.NaN);
    const fresh = new Float64Array(texts.length).fill(Number.NaN);
    const nulls = new Uint8Array(texts.length);
    const languages = texts.map((text, i) => {
      if (text === null) {
        nulls[i] = 1;
        return null;
      }
      const words = wordsOf(text);
      lengths[i] = text.length;
      fresh[i] =
        words.length === 0 ? 0 : words.filter((word) => !this.#known.has(hashOf(word))).length / words.length;
      return detectLanguage(text, words);
    });
    return [
      { kind: 'number', values: lengths, nulls },
      { kind: 'category', values: languages },
      { kind: 'number', values: fresh, nulls },
    ];
  }
}

/** The script of most letters; where that is Latin, the language whose small words it has most of. */
export function detectLanguage(text: string, words: readonly string[] = wordsOf(text)): string {
  const counts = LETTERS.map(
    ([script, letters]) => [script, text.slice(0, 4096).match(letters)?.length ?? 0] as const,
  );
  const [script, letters] = counts.reduce((most, one) => (one[1] > most[1] ? one : most));
  if (letters === 0) return 'none';
  if (script !== 'Latin') return script;
  const hits = Object.entries(SMALL_WORDS).map(
    ([language, small]) => [language, words.filter((word) => small.has(word)).length] as const,
  );
  const [language, most] = hits.reduce((best, one) => (one[1] > best[1] ? one : best));
  return most === 0 ? 'Latin' : language;
}
