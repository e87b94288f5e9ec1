/**
 * Several features at once: numbers made of the scores of a row's bins, which change when features no longer go together as
 * they did, though each by itself is as it was. Up to 64 scores: squared Mahalanobis distance, and of few of
 * them the products of each two, which change where the distance hardly does: when what was independent goes together; more: the 16 strongest
 * directions, what they explain and what they leave. Made of one half of the rows, and counted on the other, as distances of
 * the rows that they are made of are too small. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import { weightedSum } from '../../core/vector.ts';
import {
  dotProduct,
  inverseCholesky,
  principalDirections,
  secondMoments,
} from '../../statistics/linear-algebra.ts';
import { normalScores } from './dependence.ts';
import type { FeatureProfile, JointProfile, ValueColumn } from './reference-profile.ts';
import { BIN, FIRST_REGULAR_BIN } from './reference-profile.ts';

const DISTANCE_MAX = 64;
const COMPONENTS = 16;
/** Scores of which each two are multiplied. */
const PAIRED_MAX = 12;
/** Scores that are put together at most; rows that directions are made of; rows a score that there must be. */
const SCORES_MAX = 1000;
const COMPONENT_ROWS = 4096;
const ROWS_MIN = 200;
const ROWS_A_SCORE = 10;
/** Added to the diagonal: nearly equal features are not to make distances of their last digits. */
const RIDGE = 0.05;
/** Categories of a feature that have scores of their own. */
const CATEGORIES = 3;
/** Neighbouring rows that are in the same half. */
const HALF_ROWS = 64;

interface Score {
  /** Number of the feature in the profile. */
  readonly feature: number;
  /** By bin; mean 0 and variance 1 in the reference. */
  readonly scores: readonly number[];
}

type Projection =
  | { readonly kind: 'distance'; readonly scores: readonly Score[]; readonly factor: readonly number[] }
  | {
      readonly kind: 'components';
      readonly scores: readonly Score[];
      readonly directions: readonly (readonly number[])[];
      readonly variances: readonly number[];
    };

type ProfileColumn = (name: string, column: ValueColumn, sentinels: readonly number[]) => FeatureProfile;

/** Of bins of rows in the order of the reference, an array a feature; null where there is too little to put together. */
export function buildJointProfile(
  features: readonly FeatureProfile[],
  bins: readonly Uint8Array[],
  profileColumn: ProfileColumn,
): JointProfile | null {
  const rows = rowsOf(bins);
  const scores = features.flatMap(scoresOf).slice(0, SCORES_MAX);
  if (scores.length < 2 || rows < Math.max(ROWS_MIN, ROWS_A_SCORE * Math.min(scores.length, DISTANCE_MAX)))
    return null;
  const halfOf = (half: number): Uint8Array[] =>
    bins.map((column) => column.filter((_, i) => Math.floor(i / HALF_ROWS) % 2 === half));
  const [made, counted] = [halfOf(0), halfOf(1)];
  const projection =
    scores.length <= DISTANCE_MAX
      ? distanceOf(scores, made, rowsOf(made))
      : componentsOf(scores, made, Math.min(COMPONENT_ROWS, rowsOf(made)));
  const derived = new JointProjector(projection, features).derive(counted, rowsOf(counted));
  const names = namesOf(projection);
  return {
    projection,
    texts: [],
    features: derived.map((values, k) =>
      profileColumn(elementAt(names, k), { kind: 'number', values, nulls: null }, []),
    ),
  };
}

const rowsOf = (bins: readonly Uint8Array[]): number => bins[0]?.length ?? 0;

function namesOf({ kind, scores }: Projection): readonly string[] {
  if (kind !== 'distance') return ['explained', 'residual'];
  return ['distance', ...pairsOf(scores.length).map(([i, j]) => `product ${i} ${j}`)];
}

/** Each two of so many, where there are not too many. */
function pairsOf(n: number): readonly (readonly [number, number])[] {
  if (n > PAIRED_MAX) return [];
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Array.from({ length: i }, (__, j) => [i, j] as const),
  );
}

/** Numbers for the bins of a feature: normal scores, or whether it is one of the most frequent categories. */
function scoresOf({ bins, counts }: FeatureProfile, feature: number): Score[] {
  if (bins.kind === 'presence') return [];
  if (bins.kind !== 'categories') return standardised(feature, normalScores(counts), counts);
  const several = counts.length - FIRST_REGULAR_BIN;
  const taken = several === 2 ? 1 : Math.min(CATEGORIES, several);
  return Array.from({ length: taken }, (_, k) => k).flatMap((k) =>
    standardised(
      feature,
      Float64Array.from(counts, (_, bin) => (bin === FIRST_REGULAR_BIN + k ? 1 : 0)),
      counts,
    ),
  );
}

/** Bins that stand for no value have a score of 0. */
const VALUELESS: readonly number[] = [BIN.null, BIN.nan, BIN.sentinel];

function standardised(feature: number, raw: Float64Array, counts: readonly number[]): Score[] {
  const weights = Float64Array.from(counts, (count, bin) => (VALUELESS.includes(bin) ? 0 : count));
  const total = weights.reduce((sum, n) => sum + n, 0);
  if (total === 0) return [];
  const mean = weightedSum(raw, weights) / total;
  const squares = raw.map((x) => (x - mean) ** 2);
  const variance = weightedSum(squares, weights) / total;
  if (variance < 1e-3) return [];
  const scores = Array.from(raw, (x, bin) =>
    VALUELESS.includes(bin) ? 0 : (x - mean) / Math.sqrt(variance),
  );
  return [{ feature, scores }];
}

function distanceOf(scores: readonly Score[], bins: readonly Uint8Array[], rows: number): Projection {
  const n = scores.length;
  const moments = secondMoments(scored(scores, bins, rows), rows, n);
  const regularised = moments.map((x, at) => (at % (n + 1) === 0 ? x + RIDGE : x));
  return { kind: 'distance', scores, factor: [...inverseCholesky(regularised, n)] };
}

function componentsOf(scores: readonly Score[], bins: readonly Uint8Array[], rows: number): Projection {
  const n = scores.length;
  const z = scored(scores, bins, rows);
  const directions = principalDirections(z, rows, n, COMPONENTS, seededRandom(1));
  const variances = directions.map((direction) => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += dotProduct(direction, z.subarray(r * n, (r + 1) * n)) ** 2;
    return sum / rows + RIDGE;
  });
  return { kind: 'components', scores, directions: directions.map((one) => [...one]), variances };
}

function scored(scores: readonly Score[], bins: readonly Uint8Array[], rows: number): Float64Array {
  const n = scores.length;
  const z = new Float64Array(rows * n);
  for (const [j, { feature, scores: table }] of scores.entries()) {
    const own = elementAt(bins, feature);
    for (let r = 0; r < rows; r++) z[r * n + j] = table[own[r]!]!;
  }
  return z;
}

/** Makes the numbers of a joint profile of the bins of rows. Throws PROFILE_INVALID. */
export class JointProjector {
  readonly #projection: Projection;

  constructor(projection: unknown, features: readonly FeatureProfile[]) {
    this.#projection = checked(projection, features);
  }

  /** How many numbers are derived. */
  get derived(): number {
    return namesOf(this.#projection).length;
  }

  /** An array a derived number. `bins`: an array a feature of the profile. */
  derive(bins: readonly Uint8Array[], rows: number): Float64Array[] {
    const projection = this.#projection;
    const z = scored(projection.scores, bins, rows);
    const n = projection.scores.length;
    return projection.kind === 'distance'
      ? distances(z, rows, n, Float64Array.from(projection.factor))
      : components(z, rows, n, projection);
  }
}

/** Squared lengths of rows of which no two numbers go together in the reference, and products of each two. */
function distances(z: Float64Array, rows: number, n: number, factor: Float64Array): Float64Array[] {
  const lengths = new Float64Array(rows);
  const products = pairsOf(n).map(([i, j]) => ({ i, j, values: new Float64Array(rows) }));
  const own = new Float64Array(n);
  for (let r = 0; r < rows; r++) {
    let total = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += factor[i * n + j]! * z[r * n + j]!;
      own[i] = sum;
      total += sum * sum;
    }
    lengths[r] = total;
    for (const { i, j, values } of products) values[r] = own[i]! * own[j]!;
  }
  return [lengths, ...products.map(({ values }) => values)];
}

function components(
  z: Float64Array,
  rows: number,
  n: number,
  { directions, variances }: Extract<Projection, { kind: 'components' }>,
): Float64Array[] {
  const axes = directions.map((direction, k) => ({
    direction: Float64Array.from(direction),
    variance: elementAt(variances, k),
  }));
  const [explained, residual] = [new Float64Array(rows), new Float64Array(rows)];
  for (let r = 0; r < rows; r++) {
    const row = z.subarray(r * n, (r + 1) * n);
    let left = dotProduct(row, row);
    let inside = 0;
    for (const { direction, variance } of axes) {
      const along = dotProduct(direction, row);
      left -= along * along;
      inside += (along * along) / variance;
    }
    explained[r] = inside;
    residual[r] = Math.max(0, left);
  }
  return [explained, residual];
}

function checked(value: unknown, features: readonly FeatureProfile[]): Projection {
  const projection = value as Projection;
  const fail = (wanted: string): never => {
    throw new PlimsollError('PROFILE_INVALID', { where: 'joint.projection', found: 'damaged', wanted });
  };
  const isList = (list: unknown, length: number): boolean =>
    Array.isArray(list) && list.length === length && list.every((x) => Number.isFinite(x));
  if (typeof value !== 'object' || value === null || !Array.isArray(projection.scores))
    fail('scores of bins');
  const n = projection.scores.length;
  if (n > SCORES_MAX) fail(`at most ${SCORES_MAX} scores`);
  for (const score of projection.scores) {
    const feature = features[score?.feature];
    if (feature === undefined || !isList(score.scores, feature.counts.length)) fail('a score for each bin');
  }
  if (projection.kind === 'distance') {
    if (n > DISTANCE_MAX || !isList(projection.factor, n * n)) fail(`a factor of ${n} × ${n} numbers`);
  } else if (projection.kind === 'components') {
    const { directions, variances } = projection;
    const ok =
      Array.isArray(directions) &&
      directions.length <= COMPONENTS &&
      directions.every((one) => isList(one, n));
    if (!ok || !isList(variances, directions.length) || variances.some((x) => x <= 0))
      fail('directions and variances');
  } else fail('distance or components');
  return projection;
}
