/** Values that the libraries publish, mostly in their own tests, to the digits that they print. */
import { expect, test } from 'vitest';
import { totalVariation } from '../../statistics/divergences.ts';
import { deequScores, robust } from './deequ.ts';
import { evidentlyScores } from './evidently/evidently.ts';
import type { LibraryScores } from './library-scores.ts';
import { nannymlScores } from './nannyml/nannyml.ts';
import {
  asPrinted,
  categories,
  columnPair,
  NumpyRandom,
  repeatedSample,
  sampleNumbers,
} from './testing/samples.ts';

/** Of each name `method` (p of a test) or `method.statistic`. */
function printed(scores: LibraryScores, expected: Readonly<Record<string, string>>) {
  const found = Object.entries(expected).map(([path, text]) => {
    const [name, part = 'p'] = path.split('.') as [string, 'p' | 'statistic' | undefined];
    const score = scores.scores[name];
    return [path, asPrinted(score !== null && typeof score === 'object' ? score[part] : score, text)];
  });
  expect(Object.fromEntries(found)).toEqual(expected);
}

const SIX = [1, 2, 3, 4, 5, 6];
const [OFTEN, AGAIN] = [
  [16, 18, 16, 14, 12, 12],
  [16, 16, 16, 16, 16, 8],
];
const six = (counts: readonly number[]) => sampleNumbers(repeatedSample(SIX, counts), true);
const [HEIGHTS, OTHERS] = [
  sampleNumbers([38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0]),
  sampleNumbers([39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]),
];

test('evidently: counts of six values, as categories and as numbers', () => {
  // Hellinger's distance is published as 0.06812 to 1e-5.
  const categorical = evidentlyScores(columnPair(six(OFTEN), six(AGAIN)));
  printed(categorical, { chi2: '0.67309', hellinger: '0.068128', js: '0.0680481962', kl: '0.0189096770' });
  printed(categorical, { psi: '0.0372183816' });
  // The reference counts as the truth: twice as many rows of it change nothing.
  const doubled = evidentlyScores(columnPair(six(OFTEN.map((count) => 2 * count)), six(AGAIN)));
  printed(doubled, { chi2: '0.67309', hellinger: '0.068128' });
  const numeric = evidentlyScores(columnPair(six(OFTEN), six(AGAIN)), 'numerical');
  printed(numeric, { mann_whitney: '0.481', epps_singleton: '0.81' });
});

test('evidently: eight numbers against eight others', () => {
  printed(evidentlyScores(columnPair(HEIGHTS, OTHERS)), {
    anderson: '0.0635',
    t: '0.084',
    ks: '0.0870240870',
    'ks.statistic': '0.625',
    cramer_von_mises: '0.0643356643',
    'cramer_von_mises.statistic': '0.4375',
    energy: '1.5702308747',
  });
  // Of the distance in units of the column, before it is divided by the deviation of the reference.
  const moved = sampleNumbers((HEIGHTS.values as Float64Array).map((value) => value + 5));
  printed(evidentlyScores(columnPair(HEIGHTS, moved)), { energy: '1.9' });
  printed(evidentlyScores(columnPair(HEIGHTS, HEIGHTS)), {
    energy: '0',
    hellinger: '0.00000',
    js: '0.00000',
  });
});

test('evidently: two hundred numbers drawn with the seeds 0 and 1', () => {
  const [x, y] = [
    sampleNumbers(new NumpyRandom(0).normals(100)),
    sampleNumbers(new NumpyRandom(1).normals(100)),
  ];
  printed(evidentlyScores(columnPair(x, y)), { cramer_von_mises: '0.8076839' });
});

test('evidently: the likelihood ratio, two proportions, and what is missing', () => {
  const abc = (counts: readonly number[]) => categories(repeatedSample([...'abc'], counts));
  printed(evidentlyScores(columnPair(abc([5, 5, 8]), abc([4, 6, 8]))), { g: '0.8176' });
  printed(evidentlyScores(columnPair(abc([10, 10, 10]), abc([10, 10, 10]))), { chi2: '1.00000' });
  const ab = categories('ab'.repeat(10));
  printed(evidentlyScores(columnPair(ab, ab)), { z: '1.00000' });
  const missing = categories(repeatedSample(['a', 'b', null], [10, 10, 10]));
  printed(evidentlyScores(columnPair(missing, missing)), { chi2: '1.00000', hellinger: '0.00000' });
});

test.each([
  // Published without rounding, as 0.033 and 0.181, to 1e-3.
  ['abbaab'.repeat(15), 'bbabba'.repeat(15), '0.0339722743'],
  ['abbaab', 'aaaaaa', '0.1818181818'],
  ['aaaaaa', 'aaaaaa', '1.0000000000'],
  ['abbbab', 'bbbaba', '1.0000000000'],
  ['aaaaaa', 'bbbbbb', '0.0021645022'],
  ['aaabb'.repeat(30), 'bbbaa'.repeat(30), '0.000784'],
])('evidently: Fisher of %s against %s is %s', (reference, current, fisher) => {
  printed(evidentlyScores(columnPair(categories(reference), categories(current))), { fisher });
});

test('the total variation of which evidently draws a p-value', () => {
  const shares = (counts: readonly number[]) => counts.map((count) => count / 88);
  expect(totalVariation(shares(OFTEN), shares(AGAIN))).toBeCloseTo(6 / 88, 15);
  expect(totalVariation(shares(OFTEN), shares(OFTEN))).toBe(0);
  expect(totalVariation(shares(OFTEN), shares([0, 0, 0, 0, 0, 88]))).toBeCloseTo(76 / 88, 15);
});

test('evidently 0.7: equal proportions of one and two rows more have very different indices', () => {
  const index = (rows: number) => {
    const rare = Math.floor(rows / 100);
    const reference = categories(repeatedSample(['a', 'b'], [rows - rare, rare]));
    const current = categories(repeatedSample(['a', 'c'], [rows - 1, 1]));
    return evidentlyScores(columnPair(reference, current));
  };
  printed(index(9_999), { psi: '0.0451' });
  printed(index(10_001), { psi: '0.1843' });
});

test('nannyml: numbers drawn with seed 1', () => {
  const against = (rows: number, count: number, mean: number, deviation = 1) => {
    const random = new NumpyRandom(1);
    const reference = random.normals(rows);
    return nannymlScores(
      columnPair(sampleNumbers(reference), sampleNumbers(random.normals(count, mean, deviation))),
    );
  };
  printed(against(10_000, 1000, 0), { js: '0.05' });
  printed(against(10_000, 1000, 1), { wasserstein: '1.01' });
  printed(against(100_000, 1000, -4), { wasserstein: '3.99' });
  printed(against(15_000, 1_000_000, 0, 10), { wasserstein: '7.180' });
  printed(against(10_000, 10_000, 7), { hellinger: '1.00' });
  printed(against(10_000, 10_000, -2), { hellinger: '0.63' });
  const same = sampleNumbers(new NumpyRandom(1).normals(10_000));
  printed(nannymlScores(columnPair(same, same)), { wasserstein: '0.00', hellinger: '0.00', js: '0.00' });
});

test('nannyml: few values and categories drawn with seed 1', () => {
  const random = new NumpyRandom(1);
  const six = random.choices(10_000, 6).map((place) => [0, 0.4, 0.8, 1.2, 1.6, 2][place]!);
  const three = random.choices(1000, 3);
  printed(nannymlScores(columnPair(sampleNumbers(six), sampleNumbers(three))), {
    js: '0.73',
    hellinger: '0.72',
  });
  printed(nannymlScores(columnPair(sampleNumbers(six), sampleNumbers(six))), { js: '0.00' });
  const again = new NumpyRandom(1);
  const known = categories(again.choices(10_000, 4).map((place) => 'abcd'[place]!));
  const unseen = categories(again.choices(1000, 4).map((place) => 'abce'[place]!));
  printed(nannymlScores(columnPair(known, unseen)), { js: '0.50', hellinger: '0.50' });
});

test('nannyml: L-infinity of a new category, of none, and of two that are gone', () => {
  const reference = categories('aabbcc');
  const distance = (current: string) => nannymlScores(columnPair(reference, categories(current)));
  printed(distance('aabbccd'), { l_infinity: '0.14' });
  printed(distance('aabbcc'), { l_infinity: '0.00' });
  printed(distance('bbbbb'), { l_infinity: '0.67' });
});

test('deequ: L-infinity of numbers and of counts, simple and robust', () => {
  const fours = deequScores(columnPair(sampleNumbers([1, 2, 3, 4]), sampleNumbers([2, 3, 4, 5])));
  expect(fours.scores).toEqual({ l_infinity: 0.25, l_infinity_robust: 0 });
  const reference = categories(repeatedSample([...'abcde'], [10, 20, 25, 10, 5]));
  const few = categories(repeatedSample([...'abcde'], [11, 20, 25, 10, 10]));
  const other = categories(repeatedSample([...'facde'], [11, 20, 25, 10, 10]));
  const [changed, replaced] = [
    deequScores(columnPair(reference, few)).scores,
    deequScores(columnPair(reference, other)).scores,
  ];
  printed({ scores: changed, reasons: {}, default: null }, { l_infinity: '0.06015037593984962' });
  printed({ scores: replaced, reasons: {}, default: null }, { l_infinity: '0.2857142857142857' });
  expect([changed['l_infinity_robust'], replaced['l_infinity_robust']]).toEqual([0, 0]);
  // Above what chance explains, the rest is left: c(0.003) is 1.8.
  expect(robust(0.5, 100, 300)).toBeCloseTo(0.5 - 1.8 * Math.sqrt(400 / 30_000), 15);
});
