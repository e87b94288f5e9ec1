/** JSON → profile, whoever wrote it. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { binCount } from './column-binner.ts';
import { JointProjector } from './joint-profile.ts';
import {
  DEPENDENCE_MAX,
  FEATURE_BINS_MAX,
  FEATURES_MAX,
  OTHER_CATEGORIES_MAX,
  OTHER_CATEGORY_CHARS_MAX,
  SENTINELS_MAX,
} from './profile-limits.ts';
import type {
  FeatureBins,
  FeatureProfile,
  JointProfile,
  ReferenceProfile,
  TextMeasures,
} from './reference-profile.ts';
import { WEEK_HOURS } from './season.ts';
import { TEXT_MEASURES, VOCABULARY_MAX } from './text-measures.ts';

const NAME_MAX = 10_000;
const ROWS_MAX = 2 ** 53;

/** A profile as it was written by `JSON.stringify`. Throws PROFILE_INVALID, naming the first place that is not as it must be. */
export function parseProfile(value: unknown): ReferenceProfile {
  const root = record(value, 'the profile');
  if (root['schema'] !== 1) throw invalid('schema', root['schema'], '1');
  const rows = number(root['rows'], 'rows', 0, ROWS_MAX);
  const features = list(root['features'], 'features', FEATURES_MAX).map((one, j) =>
    feature(one, `features[${j}]`),
  );
  const outputs = list(root['outputs'], 'outputs', FEATURES_MAX).map((one, j) =>
    feature(one, `outputs[${j}]`),
  );
  return {
    schema: 1,
    rows,
    source: text(root['source'], 'source'),
    features,
    outputs,
    joint: root['joint'] === null ? null : joint(root['joint'], features),
    ...(root['duplicates'] === undefined
      ? {}
      : { duplicates: number(root['duplicates'], 'duplicates', 0, 1) }),
    ...(root['season'] === undefined ? {} : { season: 'week' }),
  };
}

function joint(value: unknown, together: readonly FeatureProfile[]): JointProfile {
  const { projection = null, texts = [], features } = record(value, 'joint');
  const projected = projection === null ? 0 : new JointProjector(projection, together).derived;
  const made: JointProfile = {
    projection,
    texts: list(texts, 'joint.texts', FEATURES_MAX).map((one, k) =>
      textMeasures(one, `joint.texts[${k}]`, together),
    ),
    features: list(features, 'joint.features', TEXT_MEASURES * FEATURES_MAX).map((one, j) =>
      feature(one, `joint.features[${j}]`),
    ),
  };
  const wanted = [projected, TEXT_MEASURES * made.texts.length];
  const measures = made.features.filter(({ of }) => of !== undefined).length;
  const found = [made.features.length - measures, measures];
  if (found[0] === wanted[0] && found[1] === wanted[1]) return made;
  throw invalid('joint.features', `${found.join(' and ')} derived`, wanted.join(' and '));
}

function textMeasures(value: unknown, at: string, features: readonly FeatureProfile[]): TextMeasures {
  const found = record(value, at);
  return {
    feature: number(found['feature'], `${at}.feature`, 0, features.length - 1),
    vocabulary: list(found['vocabulary'], `${at}.vocabulary`, VOCABULARY_MAX).map((one, k) =>
      number(one, `${at}.vocabulary[${k}]`, 0, 2 ** 32),
    ),
  };
}

const TYPES = ['number', 'category', 'text', 'identifier'] as const;

function feature(value: unknown, at: string): FeatureProfile {
  const found = record(value, at);
  const type = TYPES.find((one) => one === found['type']);
  if (type === undefined) throw invalid(`${at}.type`, found['type'], TYPES.join(', '));
  const bins = binsOf(found['bins'], `${at}.bins`);
  const wanted = binCount(bins);
  const counts = list(found['counts'], `${at}.counts`, FEATURE_BINS_MAX).map((one, k) =>
    number(one, `${at}.counts[${k}]`, 0, ROWS_MAX),
  );
  if (counts.length !== wanted || wanted > FEATURE_BINS_MAX)
    throw invalid(`${at}.counts`, `of ${counts.length}`, `${wanted} counts, of at most ${FEATURE_BINS_MAX}`);
  return {
    name: text(found['name'], `${at}.name`),
    type,
    bins,
    sentinels: list(found['sentinels'], `${at}.sentinels`, SENTINELS_MAX).map((one, k) =>
      number(one, `${at}.sentinels[${k}]`),
    ),
    counts,
    dependence: number(found['dependence'], `${at}.dependence`, 1, DEPENDENCE_MAX),
    singletons: number(found['singletons'], `${at}.singletons`, 0, ROWS_MAX),
    ...(found['season'] === undefined ? {} : { season: season(found['season'], `${at}.season`) }),
    ...(found['of'] === undefined ? {} : { of: text(found['of'], `${at}.of`) }),
  };
}

function season(value: unknown, at: string): number[] {
  const offsets = list(value, at, WEEK_HOURS).map((one, k) => number(one, `${at}[${k}]`));
  if (offsets.length !== WEEK_HOURS) throw invalid(at, `of ${offsets.length}`, `${WEEK_HOURS} hours`);
  return offsets;
}

function binsOf(value: unknown, at: string): FeatureBins {
  const found = record(value, at);
  switch (found['kind']) {
    case 'presence':
      return { kind: 'presence' };
    case 'values':
      return { kind: 'values', values: ascending(found['values'], `${at}.values`) };
    case 'quantiles': {
      const low = number(found['low'], `${at}.low`);
      const high = number(found['high'], `${at}.high`, low);
      const edges = ascending(found['edges'], `${at}.edges`);
      if (edges.length > 0 && (elementAt(edges, 0) < low || elementAt(edges, edges.length - 1) >= high))
        throw invalid(`${at}.edges`, 'beyond its ends', `edges from ${low} to below ${high}`);
      return { kind: 'quantiles', edges, low, high };
    }
    case 'categories':
      return categories(found, at);
    default:
      throw invalid(`${at}.kind`, found['kind'], 'quantiles, values, categories or presence');
  }
}

function categories(found: Record<string, unknown>, at: string): FeatureBins {
  const values = texts(found['values'], `${at}.values`, FEATURE_BINS_MAX);
  const rest = found['rest'] === null ? null : texts(found['rest'], `${at}.rest`, OTHER_CATEGORIES_MAX);
  const all = [...values, ...(rest ?? [])];
  if (new Set(all).size < all.length) throw invalid(at, 'with a category twice', 'each once');
  return { kind: 'categories', values, rest };
}

function texts(value: unknown, at: string, most: number): string[] {
  const found = list(value, at, most).map((one, k) => text(one, `${at}[${k}]`, OTHER_CATEGORY_CHARS_MAX));
  const chars = found.reduce((sum, one) => sum + one.length, 0);
  if (chars > 64 * OTHER_CATEGORY_CHARS_MAX) throw invalid(at, `${chars} characters`, 'fewer');
  return found;
}

function ascending(value: unknown, at: string): number[] {
  const found = list(value, at, FEATURE_BINS_MAX).map((one, k) => number(one, `${at}[${k}]`));
  const k = found.findIndex((x, i) => i > 0 && x <= elementAt(found, i - 1));
  if (k >= 0) throw invalid(`${at}[${k}]`, found[k], 'more than the one before');
  return found;
}

function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(at, value, 'an object');
  return value as Record<string, unknown>;
}

function list(value: unknown, at: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(at, value, 'a list');
  if (value.length > most) throw invalid(at, `a list of ${value.length}`, `at most ${most}`);
  return value;
}

function text(value: unknown, at: string, most = NAME_MAX): string {
  if (typeof value !== 'string' || value.length > most)
    throw invalid(at, value, `a text of at most ${most} characters`);
  return value;
}

function number(value: unknown, at: string, least = -Number.MAX_VALUE, most = Number.MAX_VALUE): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalid(at, value, least === -Number.MAX_VALUE ? 'a number' : `a number from ${least} to ${most}`);
}

function invalid(where: string, found: unknown, wanted: string): PlimsollError {
  const shown = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'missing');
  return new PlimsollError('PROFILE_INVALID', { where, found: shown.slice(0, 100), wanted });
}
