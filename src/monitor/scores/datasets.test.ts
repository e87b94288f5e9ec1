/** Scores of public data sets, as the libraries had them, to the digits that were noted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { evidentlyScores } from './evidently/evidently.ts';
import { nannymlScores } from './nannyml/nannyml.ts';
import type { ColumnPair } from './sample-column.ts';
import { scipyScores } from './scipy.ts';
import { asPrinted, categories, columnPair, sampleNumbers } from './testing/samples.ts';

const ROOT = join(import.meta.dirname, '../../..');
const VEGA = join(ROOT, 'fixtures/monitoring/vega');
const { halves, titanic } = JSON.parse(
  readFileSync(join(ROOT, 'fixtures/monitoring/scores.json'), 'utf8'),
) as {
  readonly halves: Readonly<Record<string, readonly number[]>>;
  readonly titanic: Readonly<
    Record<string, readonly [(number | string | null)[], (number | string | null)[]]>
  >;
};

/** Of each name `library.method` (p of a test) or `library.method.statistic`. */
function printed(pair: ColumnPair, expected: Readonly<Record<string, string>>): void {
  const all = { evidently: evidentlyScores(pair), nannyml: nannymlScores(pair), scipy: scipyScores(pair) };
  const found = Object.entries(expected).map(([path, text]) => {
    const [library, name, part = 'p'] = path.split('.') as [keyof typeof all, string, 'p' | 'statistic'];
    const score = all[library].scores[name];
    return [path, asPrinted(score !== null && typeof score === 'object' ? score[part] : score, text)];
  });
  expect(Object.fromEntries(found)).toEqual(expected);
}

const weather = readFileSync(join(VEGA, 'seattle-weather.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));
const COLUMNS = ['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather'];
/** 2012 and 2013 against 2014 and 2015. */
const years = (column: string): readonly [string[], string[]] => {
  const values = weather.map((cells) => cells[COLUMNS.indexOf(column)]!);
  return [values.slice(0, 731), values.slice(731)];
};

test.each([
  [
    'temp_max',
    {
      'scipy.ks.statistic': '0.1105372636470963',
      'scipy.ks': '2.226155553e-4',
      'scipy.wasserstein': '1.54735659539',
      'evidently.wasserstein': '0.2112528982',
      'evidently.psi': '0.09757280479',
      'evidently.js': '0.1094301373',
      'evidently.kl': '0.04989186775',
      'evidently.hellinger': '0.0905471904',
      'nannyml.js': '0.1440195041',
      'scipy.cramer_von_mises.statistic': '1.580025925',
      'scipy.cramer_von_mises': '1.1331754e-4',
    },
  ],
  [
    'precipitation',
    {
      'scipy.ks.statistic': '0.0473286734254071',
      'scipy.ks': '0.3682712182',
      'scipy.wasserstein': '0.59027940708',
      'evidently.wasserstein': '0.09744258812',
      'evidently.psi': '0.04054990977',
      'evidently.js': '0.06922341838',
      'evidently.kl': '0.02003196269',
      'evidently.hellinger': '0.07025430887',
      'nannyml.js': '0.09940773209',
      'scipy.cramer_von_mises.statistic': '0.3273850974',
      'scipy.cramer_von_mises': '0.11343013',
    },
  ],
  [
    'wind',
    {
      'scipy.ks.statistic': '0.0613009013736109',
      'scipy.ks': '0.1184359151',
      'scipy.wasserstein': '0.129074077544',
      'evidently.wasserstein': '0.08700128647',
      'evidently.psi': '0.04189473138',
      'evidently.js': '0.07211389516',
      'evidently.kl': '0.0208406381',
      'evidently.hellinger': '0.05605062468',
      'nannyml.js': '0.1094743867',
      'scipy.cramer_von_mises.statistic': '0.4677504285',
      'scipy.cramer_von_mises': '0.048148314',
    },
  ],
])('weather of Seattle: %s', (column, expected) => {
  const [before, after] = years(column).map((values) => sampleNumbers(values.map(Number)));
  printed(columnPair(before!, after!), expected);
});

test('weather of Seattle: kinds of weather', () => {
  const [before, after] = years('weather');
  printed(columnPair(categories(before), categories(after)), {
    'scipy.chi2.statistic': '92.10309578990',
    'scipy.chi2': '4.705879e-19',
    'nannyml.chi2': '4.705879e-19',
    'evidently.chi2': '8.441175e-51',
    'evidently.js': '0.1860478432',
    'evidently.psi': '0.3116963683',
    'evidently.kl': '0.1730496436',
    'evidently.hellinger': '0.1912741160',
    'evidently.z': '4.983969e-8',
  });
});

test('flights before and from the middle of February: certain and tiny, and nothing', () => {
  const bytes = gunzipSync(readFileSync(join(VEGA, 'flights-20k.json.gz')));
  const flights = JSON.parse(bytes.toString()) as { date: string; delay: number; distance: number }[];
  const cut = (column: 'delay' | 'distance') => {
    const part = (early: boolean) =>
      sampleNumbers(
        flights.filter(({ date }) => date < '2001/02/15' === early).map((flight) => flight[column]),
        true,
      );
    return columnPair(part(true), part(false));
  };
  const delay = cut('delay');
  expect([delay.reference.values.length, delay.current.values.length]).toEqual([9949, 10_051]);
  printed(delay, {
    'scipy.ks.statistic': '0.0469381708618',
    'scipy.ks': '5.1859e-10',
    'evidently.wasserstein': '0.09336',
    'evidently.psi': '0.02093611813',
  });
  printed(cut('distance'), { 'scipy.ks.statistic': '0.0115643908', 'scipy.ks': '0.511858502' });
});

test.each([
  [
    'breast_cancer mean radius',
    {
      'scipy.ks.statistic': '0.153076352854',
      'scipy.ks': '0.0021114948',
      'scipy.wasserstein': '0.863203459353',
      'evidently.psi': '0.1551031018',
      'evidently.js': '0.1381352377',
      'nannyml.js': '0.1543473575',
    },
  ],
  [
    'wine alcohol',
    {
      'scipy.ks.statistic': '0.415730337079',
      'scipy.ks': '2.8485363e-7',
      'scipy.wasserstein': '0.647078651685',
      'evidently.psi': '0.9529989082',
    },
  ],
  [
    'iris sepal length',
    {
      'scipy.ks.statistic': '0.586666666667',
      'scipy.ks': '2.6854624e-12',
      'scipy.wasserstein': '1.004',
    },
  ],
  [
    'diabetes bmi',
    {
      'scipy.ks.statistic': '0.0633484162896',
      'scipy.ks': '0.76819894',
      'evidently.psi': '0.09728333874',
      'evidently.js': '0.101',
    },
  ],
])('the first half of %s against the second', (column, expected) => {
  const values = halves[column]!;
  // As the columns were cut when the values were noted.
  const middle = Math.floor(values.length / 2);
  printed(columnPair(sampleNumbers(values.slice(0, middle)), sampleNumbers(values.slice(middle))), expected);
});

test('Titanic: unseen values, three harbours, and ages of which a fifth is missing', () => {
  const [before, after] = titanic['Parch']!;
  const parch = columnPair(categories(before), categories(after));
  printed(parch, {
    'scipy.chi2.statistic': '5.92967398',
    'scipy.chi2': '0.54798462',
    'evidently.chi2': '0.0',
  });
  const [from, to] = titanic['Embarked']!;
  printed(columnPair(categories(from), categories(to)), {
    'scipy.chi2.statistic': '8.33268472',
    'nannyml.chi2': '0.01550888',
    'evidently.chi2': '0.00157641',
  });
  const [young, old] = titanic['Age']! as [number[], number[]];
  printed(columnPair(sampleNumbers(young), sampleNumbers(old)), {
    'scipy.ks.statistic': '0.0459569370',
    'scipy.ks': '0.70234271',
  });
});
