/** Bins of a feature of texts. Pure. */
import {
  CATEGORIES_MAX,
  CATEGORY_ROWS,
  OTHER_CATEGORIES_MAX,
  OTHER_CATEGORY_CHARS_MAX,
} from './profile-limits.ts';
import type { FeatureBins, FeatureProfile } from './reference-profile.ts';

export interface CategoryBins {
  readonly type: FeatureProfile['type'];
  readonly bins: FeatureBins;
  readonly singletons: number;
}

/** More distinct values than this, and more than this share of all, are no categories. */
const UNIQUE = { distinct: 50, share: 0.5 } as const;
/** Characters on average from which unique values are texts and not identifiers; and where they hold blanks. */
const TEXT_CHARS = 40;

export function categoryBins(values: readonly (string | null)[]): CategoryBins {
  const counts = new Map<string, number>();
  let rows = 0;
  for (const value of values) {
    if (value === null) continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    rows++;
  }
  if (rows === 0) return { type: 'category', bins: { kind: 'presence' }, singletons: 0 };
  if (counts.size > UNIQUE.distinct && counts.size > UNIQUE.share * rows) {
    return { type: isText(counts.keys()) ? 'text' : 'identifier', bins: { kind: 'presence' }, singletons: 0 };
  }
  const ordered = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const isMany = ordered.length > CATEGORIES_MAX;
  const own = ordered.slice(0, CATEGORIES_MAX).filter(([, count]) => !isMany || count >= CATEGORY_ROWS);
  const rest = keep(ordered.slice(own.length));
  const singletons = [...own, ...rest].filter(([, count]) => count === 1).length;
  const bins: FeatureBins = {
    kind: 'categories',
    values: own.map(([value]) => value),
    rest: isMany ? rest.map(([value]) => value) : null,
  };
  return { type: 'category', bins, singletons };
}

/** As many of the most frequent as there is room for. */
function keep(ordered: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  let chars = 0;
  const end = ordered.findIndex(([value], i) => {
    chars += value.length;
    return i >= OTHER_CATEGORIES_MAX || chars > OTHER_CATEGORY_CHARS_MAX;
  });
  return end < 0 ? ordered : ordered.slice(0, end);
}

function isText(values: Iterable<string>): boolean {
  let chars = 0;
  let blanks = 0;
  let seen = 0;
  for (const value of values) {
    chars += value.length;
    if (value.trim().includes(' ')) blanks++;
    if (++seen === 1000) break;
  }
  return chars > TEXT_CHARS * seen || blanks > seen / 2;
}
