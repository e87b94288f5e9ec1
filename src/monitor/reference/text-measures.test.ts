import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { DriftWatch } from '../drift/drift-watch.ts';
import { BinCounter } from './bin-counter.ts';
import { buildProfile } from './build-profile.ts';
import { parseProfile } from './parse-profile.ts';
import type { ValueColumn } from './reference-profile.ts';
import { detectLanguage } from './text-measures.ts';

test.each([
  ['The parcel was late and the box is broken, but it is not your fault', 'English'],
  ['Das Paket ist zu spät und die Kiste ist kaputt, ich bin nicht zufrieden', 'German'],
  ['Le colis est en retard et la boîte est cassée, je ne suis pas content', 'French'],
  ['El paquete llegó tarde y la caja no es la que pedí, muy mal', 'Spanish'],
  ['Посылка пришла поздно', 'Cyrillic'],
  ['包裹来晚了', 'Han'],
  ['12 %', 'none'],
])('%s is taken for %s', (text, language) => {
  expect(detectLanguage(text)).toBe(language);
});

const SUBJECTS = [
  'the parcel',
  'the box',
  'the invoice',
  'the driver',
  'the order',
  'the screen',
  'the cable',
];
const ENDS = ['was late', 'is broken', 'was not there', 'is too small', 'was fine', 'is what I wanted'];

/** Sentences of known words, each with a number of its own so that none comes again. */
function reviews(
  rows: number,
  seed: number,
  change: (text: string, row: number) => string = (text) => text,
): ValueColumn {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random.next() * list.length)]!;
  const values = Array.from({ length: rows }, (_, row) => {
    const sentences = 1 + Math.floor(random.next() * 3);
    const text = Array.from({ length: sentences }, () => `${pick(SUBJECTS)} ${pick(ENDS)}`).join(' and ');
    return change(`${text} ${Math.floor(random.next() * 1e9)}`, row);
  });
  return { kind: 'category', values };
}

const PROFILE = parseProfile(
  JSON.parse(
    JSON.stringify(buildProfile([{ name: 'review', column: reviews(4000, 1) }], { source: 'file' })),
  ),
);

const told = (column: ValueColumn) =>
  new DriftWatch(PROFILE)
    .follow(new BinCounter(PROFILE).bin(column.values.length, [column]))
    .filter(({ what }) => what === 'began')
    .map(({ row, finding: { feature, kind } }) => ({ row, feature, kind }));

test('texts like those of the reference tell nothing', () => {
  expect(told(reviews(20_000, 2))).toEqual([]);
});

const from = (row: number, change: (text: string) => string) => (text: string, at: number) =>
  at < row ? text : change(text);

test.each([
  ['longer texts', (text: string) => `${text} ${text} ${text}`, 'review (length)'],
  [
    'another language',
    (text: string) => text.replaceAll('the ', 'die ').replaceAll('is', 'ist nicht').replaceAll('was', 'ist'),
    'review (language)',
  ],
  ['new words', (text: string) => text.replace(/^the \w+/, 'the zygomorph'), 'review (new words)'],
] as const)('%s are told as such', (_, change, feature) => {
  const found = told(reviews(6000, 3, from(3000, change)));
  expect(found.map((one) => one.feature)).toContain(feature);
  expect(found.every(({ row }) => row >= 3000)).toBe(true);
});
