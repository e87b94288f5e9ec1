/** Freezes what counts as slow and as shifted, from stable's first answers. Pure. */

import { nearestRank } from '../metric/quantile.ts';
import type { ShiftMark, SlowMark } from '../route.ts';
import type { CollectionNeeds } from '../strategy-machine.ts';
import { MARKS_MAX, type MarkSample } from '../window-part.ts';

/** Fewest answers that marks are frozen from. */
const SAMPLES_MIN = 100;

const SLOW = [
  { name: 'p50', quantile: 0.5 },
  { name: 'p95', quantile: 0.95 },
  { name: 'p99', quantile: 0.99 },
] as const;
const SHIFT = [
  { name: 'low', kind: 'below', quantile: 0.05 },
  { name: 'high', kind: 'above', quantile: 0.95 },
] as const;
/** Least slowness that counts, as a share of the quantile. */
const SLACK_SHARE = 0.1;
/** With more labels than this, each is too rare to have a guard test of its own. */
const LABELS_MAX = 10;
/** Longest label that is a mark, in characters: a longer one is a text, not a class. */
const LABEL_LENGTH_MAX = 48;

export interface FrozenMarks {
  readonly slow: readonly SlowMark[];
  readonly shifted: readonly ShiftMark[];
}

/**
 * Marks from samples of stable alone, whatever their order; null while there are fewer than SAMPLES_MIN.
 *
 * Slow is beyond quantile + max(slack, 10 % of the quantile), milliseconds; q is 0.5, 0.95, 0.99. Shifted is a score
 * below the 0.05 or above the 0.95 quantile, and each label by itself where there are at most ten. Quantile q of n
 * values in order is the ⌈q·n⌉-th (nearest rank). Marks need not be good estimates: candidate and stable are counted
 * against the same ones, so that a poor mark costs power, never validity.
 */
export function freezeMarks(samples: readonly MarkSample[], needs: CollectionNeeds): FrozenMarks | null {
  if (samples.length < SAMPLES_MIN) return null;
  const slow = needs.latency ? slowMarks(samples, needs.slack) : [];
  const shifted = needs.outputs ? [...scoreMarks(samples), ...labelMarks(samples)] : [];
  return { slow, shifted: shifted.slice(0, MARKS_MAX - slow.length) };
}

function slowMarks(samples: readonly MarkSample[], slack: number): SlowMark[] {
  const sorted = Float64Array.from(samples, ({ millis }) => millis).sort();
  return SLOW.map(({ name, quantile }) => {
    const value = nearestRank(sorted, quantile);
    return { name, millis: value + Math.max(slack, SLACK_SHARE * value) };
  });
}

function scoreMarks(samples: readonly MarkSample[]): ShiftMark[] {
  const scores = samples.flatMap(({ score }) => (score !== null && Number.isFinite(score) ? [score] : []));
  if (scores.length < SAMPLES_MIN) return [];
  const sorted = Float64Array.from(scores).sort();
  return SHIFT.map(({ name, kind, quantile }) => ({ name, kind, limit: nearestRank(sorted, quantile) }));
}

function labelMarks(samples: readonly MarkSample[]): ShiftMark[] {
  const labels = new Set<string>();
  for (const { label } of samples) if (label !== null && labels.size <= LABELS_MAX) labels.add(label);
  if (labels.size > LABELS_MAX || [...labels].some(({ length }) => length > LABEL_LENGTH_MAX)) return [];
  return [...labels].sort().map((label) => ({ name: `label ${label}`, kind: 'label', limit: label }));
}
