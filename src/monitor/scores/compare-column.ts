/** The scores of several libraries over the columns of two files. Pure. */
import { keysOf } from '../../core/record.ts';
import { kolmogorovSmirnov, rememberLast, type SampleTest } from '../../statistics/kolmogorov-smirnov.ts';
import { deequScores } from './deequ.ts';
import { evidentlyScores } from './evidently/evidently.ts';
import type { LibraryScores, LibraryVerdict, ScoreValue } from './library-scores.ts';
import { nannymlScores } from './nannyml/nannyml.ts';
import type { ColumnPair, SampleColumn } from './sample-column.ts';
import { scipyScores } from './scipy.ts';

const LIBRARY_SCORES = {
  evidently: (pair: ColumnPair, ks: SampleTest): LibraryScores => evidentlyScores(pair, undefined, ks),
  nannyml: nannymlScores,
  scipy: scipyScores,
  deequ: deequScores,
} as const satisfies Record<string, (pair: ColumnPair, ks: SampleTest) => LibraryScores>;

export type ScoreLibrary = keyof typeof LIBRARY_SCORES;
export const LIBRARIES = keysOf(LIBRARY_SCORES);

/** Scores by name, beside what the library would decide; `reasons` of each that is null, or nothing. */
export interface LibraryReport {
  readonly [score: string]: ScoreValue | LibraryVerdict | Readonly<Record<string, string>> | null | undefined;
  readonly default: LibraryVerdict | null;
  readonly reasons?: Readonly<Record<string, string>>;
}

export interface ColumnReport {
  readonly column: string;
  readonly type: SampleColumn['kind'];
  readonly scores: Readonly<Partial<Record<ScoreLibrary, LibraryReport>>>;
}

export function compareColumn(
  column: string,
  pair: ColumnPair,
  libraries: readonly ScoreLibrary[],
): ColumnReport {
  const ks = rememberLast(kolmogorovSmirnov);
  const scores: Partial<Record<ScoreLibrary, LibraryReport>> = {};
  for (const library of libraries) scores[library] = reportOf(LIBRARY_SCORES[library](pair, ks));
  return { column, type: pair.reference.kind, scores };
}

/** Of a column that only the reference has: everything is null. */
export function missingColumn(
  column: string,
  reference: SampleColumn,
  libraries: readonly ScoreLibrary[],
): ColumnReport {
  const current: SampleColumn =
    reference.kind === 'number'
      ? { ...reference, values: new Float64Array() }
      : { kind: 'category', values: [] };
  const { type, scores } = compareColumn(column, { reference, current }, libraries);
  const said = Object.entries(scores).map(([library, { reasons = {}, ...report }]) => [
    library,
    { ...report, reasons: Object.fromEntries(Object.keys(reasons).map((name) => [name, NO_COLUMN])) },
  ]);
  return { column, type, scores: Object.fromEntries(said) as ColumnReport['scores'] };
}

const NO_COLUMN = 'the current file has no such column';

function reportOf({ scores, reasons, default: verdict }: LibraryScores): LibraryReport {
  return { ...scores, default: verdict, ...(Object.keys(reasons).length > 0 ? { reasons } : {}) };
}
