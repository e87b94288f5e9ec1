/** The scores of several libraries over the columns of two files. Pure. */
import { kolmogorovSmirnov, rememberLast, type SampleTest } from '../../statistics/kolmogorov-smirnov.ts';
import type { Pair, SampleColumn } from './column.ts';
import { deequScores } from './deequ.ts';
import { evidentlyScores } from './evidently/evidently.ts';
import { nannymlScores } from './nannyml/nannyml.ts';
import { scipyScores } from './scipy.ts';
import type { LibraryScores, Score, Verdict } from './score.ts';

const LIBRARY_SCORES = {
  evidently: (pair: Pair, ks: SampleTest): LibraryScores => evidentlyScores(pair, undefined, ks),
  nannyml: nannymlScores,
  scipy: scipyScores,
  deequ: deequScores,
} as const satisfies Record<string, (pair: Pair, ks: SampleTest) => LibraryScores>;

export type Library = keyof typeof LIBRARY_SCORES;
export const LIBRARIES = Object.keys(LIBRARY_SCORES) as readonly Library[];

/** Scores by name, beside what the library would decide; `reasons` of each that is null, or nothing. */
export interface LibraryReport {
  readonly [score: string]: Score | Verdict | Readonly<Record<string, string>> | null | undefined;
  readonly default: Verdict | null;
  readonly reasons?: Readonly<Record<string, string>>;
}

export interface ColumnReport {
  readonly column: string;
  readonly type: SampleColumn['kind'];
  readonly scores: Readonly<Partial<Record<Library, LibraryReport>>>;
}

export function compareColumn(column: string, pair: Pair, libraries: readonly Library[]): ColumnReport {
  const ks = rememberLast(kolmogorovSmirnov);
  const scores: Partial<Record<Library, LibraryReport>> = {};
  for (const library of libraries) scores[library] = reportOf(LIBRARY_SCORES[library](pair, ks));
  return { column, type: pair.reference.kind, scores };
}

/** Of a column that only the reference has: everything is null. */
export function missingColumn(
  column: string,
  reference: SampleColumn,
  libraries: readonly Library[],
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
