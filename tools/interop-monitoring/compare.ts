/** What this project says of a column beside what the library says. Pure. */

import { evidentlyScores, evidentlyType } from '../../src/monitor/scores/evidently/evidently.ts';
import type { LibraryScores, LibraryVerdict, ScoreValue } from '../../src/monitor/scores/library-scores.ts';
import { nannymlScores } from '../../src/monitor/scores/nannyml/nannyml.ts';
import type { ColumnPair, SampleColumn } from '../../src/monitor/scores/sample-column.ts';
import { scipyScores } from '../../src/monitor/scores/scipy.ts';
import { ERROR_DETECTORS, NUMBER_DETECTORS } from '../../src/monitor/scores/sequential/detectors.ts';
import { KswinDetector } from '../../src/monitor/scores/sequential/kswin.ts';

/** Null: the library raises, or answers what is no number. */
type TheirScore = number | { readonly statistic: number; readonly p: number } | Excluded | null;

/** A score that is not compared, and why. */
interface Excluded {
  readonly excluded: string;
}

const isExcluded = (score: TheirScore): score is Excluded =>
  score !== null && typeof score === 'object' && 'excluded' in score;

interface Theirs {
  readonly scores: Readonly<Record<string, TheirScore>> | null;
  readonly default?: LibraryVerdict | null;
}

interface Column {
  readonly case: 'column';
  readonly name: string;
  readonly kind: SampleColumn['kind'];
  readonly integers: readonly [boolean, boolean];
  /** Numbers, infinities as text, null where missing; or texts. */
  readonly reference: readonly (number | string | null)[];
  readonly current: readonly (number | string | null)[];
  readonly evidently: Theirs & { readonly type: string };
  readonly nannyml: Theirs;
  readonly scipy: Theirs;
}

interface Stream {
  readonly case: 'stream';
  readonly name: string;
  /** Of KSWIN's draws. */
  readonly seed: number;
  readonly values: readonly number[];
  /** Numbers of the values at which each detector alarms. */
  readonly alarms: Readonly<Record<string, readonly number[]>>;
}

export type Case = Column | Stream;

const RELATIVE = 1e-9;
/** Below this numbers lose their digits. */
const NOTHING = 1e-290;

/**
 * Absolute differences that come of how a library computes, by score: Evidently's Hellinger and all Jensen–Shannon distances
 * are roots of a difference that is rounded (1e-16 under the root is 1e-8 outside); the z-test and Cramér and von Mises take
 * p as 1 less a distribution function.
 */
const ABSOLUTE: Readonly<Record<string, number>> = {
  js: 3e-8,
  hellinger: 3e-8,
  z: 5e-16,
  cramer_von_mises: 1e-13,
};

/** Scores of moments or widths, which lose the digits that values share: 1e9 + N(0, 1) has seven digits of its deviations. */
const OF_DIFFERENCES: ReadonlySet<string> = new Set([
  't',
  'welch',
  'epps_singleton',
  'wasserstein',
  'energy',
  'hellinger',
]);

/** Differences of means in units of their own error. */
const isMeanInErrors = (name: string): boolean => name === 't' || name === 'welch';

/** Why scores are not compared, once for each of them. */
export function excludedFrom(found: Case): string[] {
  if (found.case === 'stream') return [];
  return [found.evidently, found.nannyml, found.scipy].flatMap(({ scores }) =>
    Object.values(scores ?? {}).flatMap((score) => (isExcluded(score) ? [score.excluded] : [])),
  );
}

export const complaintsAbout = (found: Case): string[] =>
  found.case === 'stream' ? aboutStream(found) : aboutColumn(found);

function aboutStream({ seed, values, alarms }: Stream): string[] {
  return Object.entries(alarms).flatMap(([name, theirs]) => {
    const make = Object.entries({ ...NUMBER_DETECTORS, ...ERROR_DETECTORS }).find(
      ([known]) => known === name,
    );
    if (make === undefined) return [`there is no detector ${name}`];
    const detector = name === 'kswin' ? new KswinDetector({ seed }) : make[1]();
    const ours = values.flatMap((value, i) => (detector.update(value) ? [i] : []));
    return String(ours) === String(theirs) ? [] : [`${name} alarms at ${theirs}, ours at ${ours}`];
  });
}

function aboutColumn(found: Column): string[] {
  const pair: ColumnPair = {
    reference: columnOf(found, 'reference', 0),
    current: columnOf(found, 'current', 1),
  };
  const type = evidentlyType(pair);
  const complaints =
    type === found.evidently.type ? [] : [`evidently takes it as ${found.evidently.type}, we as ${type}`];
  for (const [library, ours] of [
    ['evidently', evidentlyScores(pair)],
    ['nannyml', nannymlScores(pair)],
    ['scipy', scipyScores(pair)],
  ] as const) {
    complaints.push(...differences(library, ours, found).map((text) => `${library} ${text}`));
  }
  return complaints;
}

function columnOf(found: Column, file: 'reference' | 'current', at: 0 | 1): SampleColumn {
  if (found.kind === 'category') return { kind: 'category', values: found[file] as (string | null)[] };
  const values = Float64Array.from(found[file], (value) => numberOf(value));
  return { kind: 'number', values, integers: found.integers[at] };
}

function numberOf(cell: number | string | null): number {
  if (cell === null) return Number.NaN;
  return typeof cell === 'number'
    ? cell
    : cell === 'inf'
      ? Number.POSITIVE_INFINITY
      : Number.NEGATIVE_INFINITY;
}

function differences(library: string, ours: LibraryScores, found: Column): string[] {
  const theirs = found[library as 'evidently'] as Theirs;
  const texts = Object.entries(theirs.scores ?? {}).flatMap(([name, score]) =>
    isExcluded(score) ? [] : difference(name, ours.scores[name], score, toleranceOf(library, name, found)),
  );
  if (theirs.default === undefined) return texts;
  const said = ours.default as Readonly<Record<string, unknown>> | null;
  if (theirs.default === null) return said === null ? texts : [...texts, 'has no verdict, we have one'];
  if (said === null) return [...texts, `has a verdict, we have none: ${ours.reasons['default']}`];
  for (const [key, value] of Object.entries(theirs.default)) {
    const same =
      typeof value === 'number'
        ? near(said[key] as number, value, toleranceOf(library, String(said['method']), found))
        : said[key] === value;
    if (!same) texts.push(`default ${key} is ${value}, ours ${said[key]}`);
  }
  return texts;
}

function difference(
  name: string,
  ours: ScoreValue | null | undefined,
  theirs: Exclude<TheirScore, Excluded>,
  tolerance: Tolerance,
): string[] {
  if (theirs === null || ours === null || ours === undefined) {
    return theirs === null && ours === null
      ? []
      : [`${name} is ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}`];
  }
  const [p, expected] = [
    typeof ours === 'number' ? ours : ours.p,
    typeof theirs === 'number' ? theirs : theirs.p,
  ];
  const texts = near(p, expected, { ...tolerance, relative: tolerance.relative * conditionOf(expected) })
    ? []
    : [`${name} is ${expected}, ours ${p}`];
  if (typeof ours === 'number' || typeof theirs === 'number') return texts;
  const { statistic } = ours;
  // Statistics of t, Anderson and Darling and of Cramér and von Mises are differences of larger numbers: a t that happens to be
  // near 0 is no more exact than one of 1 (seed 405092: 0.0407 of columns at 1e9).
  const absolute = isMeanInErrors(name) ? tolerance.relative : 1e-12;
  if (!near(statistic, theirs.statistic, { ...tolerance, absolute }))
    texts.push(`${name} statistic is ${theirs.statistic}, ours ${statistic}`);
  return texts;
}

/** How much less exact a p in a tail is than its statistic: of exp(-x) the relative error is that of x, times x. */
const conditionOf = (p: number): number => Math.max(1, -Math.log(Math.max(p, Number.MIN_VALUE)));

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

function toleranceOf(library: string, name: string, found: Column): Tolerance {
  const small = Math.max(found.reference.length, found.current.length) <= 20;
  // Evidently counts the orders of small samples in half or single precision (numpy's `min_scalar_type` of a float): its
  // exact p of Cramér and von Mises has three digits.
  const absolute = library === 'evidently' && name === 'cramer_von_mises' && small ? 1e-3 : ABSOLUTE[name];
  return { relative: relativeOf(name, found), absolute: absolute ?? NOTHING };
}

/**
 * A value is rounded by 2⁻⁵³ of its size, which is `far` of its deviation; a mean of n values in units of its own error is √n
 * times as exact a number. What is inverted for Epps and Singleton is nearly singular where few values differ.
 */
function relativeOf(name: string, { kind, reference, current }: Column): number {
  if (kind === 'category' || !OF_DIFFERENCES.has(name)) return RELATIVE;
  const values = [...reference, ...current].filter((value) => typeof value === 'number');
  const few =
    name === 'epps_singleton' && new Set(values).size <= 4
      ? 1e-6
      : name === 'epps_singleton'
        ? 1e-8
        : RELATIVE;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const far = deviation > 0 ? Math.abs(mean) / deviation : 0;
  return Math.max(few, 4 * 2 ** -53 * far * Math.sqrt(values.length));
}

const near = (ours: number, theirs: number, { relative, absolute }: Tolerance): boolean =>
  Math.abs(ours - theirs) <= Math.max(absolute, relative * Math.abs(theirs));
