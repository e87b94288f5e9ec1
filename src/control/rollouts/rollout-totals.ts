/** Sums over the closed windows of a rollout, for people. Pure. */
import { type ArmComparisons, addComparisons } from '../../rollout/experiment/arm-comparisons.ts';
import type { ClosedWindow } from '../../rollout/strategy-machine.ts';

export interface ArmTotals {
  /** Units that it answered, each once, and those of them that it failed. */
  readonly units: number;
  readonly failures: number;
  /** Requests by latency: see `latencyBin`. */
  readonly latency: readonly number[];
}

export interface RolloutTotals {
  readonly windows: number;
  /** By index of the arm. */
  readonly arms: readonly ArmTotals[];
  /** Units and units that failed, by value of the segment header, then by index of the arm. */
  readonly segments: ReadonlyMap<string, readonly { readonly units: number; readonly failures: number }[]>;
  /** How each arm differs from control. */
  readonly comparisons: ArmComparisons;
  readonly missingParts: number;
  readonly mirrored: number;
  readonly dropped: number;
}

export const NO_ROLLOUT_TOTALS: RolloutTotals = {
  windows: 0,
  arms: [],
  segments: new Map(),
  comparisons: [],
  missingParts: 0,
  mirrored: 0,
  dropped: 0,
};

const NOTHING = { units: 0, failures: 0 };

/** The longer of both lists, entry by entry. */
const zipped = <A, B, C>(
  a: readonly A[],
  b: readonly B[],
  join: (a: A | undefined, b: B | undefined) => C,
): readonly C[] => Array.from({ length: Math.max(a.length, b.length) }, (_, i) => join(a[i], b[i]));

const sum = (a = NOTHING, b = NOTHING) => ({ units: a.units + b.units, failures: a.failures + b.failures });

/** `control` is the index of the arm that stable answers. */
export function addWindowToTotals(
  before: RolloutTotals,
  window: ClosedWindow,
  control: number,
): RolloutTotals {
  const segments = new Map(before.segments);
  for (const [value, counts] of window.segments)
    segments.set(value, zipped(segments.get(value) ?? [], counts, sum));
  const arms = zipped(before.arms, window.arms, (a, b) => ({
    ...sum(a, b?.distinct ?? b),
    latency: a?.latency ?? [],
  }));
  return {
    windows: before.windows + 1,
    arms: arms.map((arm, i) => ({
      ...arm,
      latency: zipped(arm.latency, window.latency[i] ?? [], (a = 0, b = 0) => a + b),
    })),
    segments,
    comparisons: addComparisons(before.comparisons, window, control),
    missingParts: before.missingParts + window.missingParts,
    mirrored: before.mirrored + window.mirrored,
    dropped: before.dropped + window.dropped,
  };
}

/** Whether nothing was seen, lost or matured in it: it changes no evidence, and is not worth a line of the log. */
export const isBlankWindow = ({ arms, latency, pairs, crossed, outcomes, ...rest }: ClosedWindow): boolean =>
  pairs + crossed + rest.missingParts + rest.mirrored + rest.dropped === 0 &&
  outcomes === null &&
  latency.every((bins) => bins.every((requests) => requests === 0)) &&
  arms.every(({ units, labels, over, shifted, atRisk }) => {
    const named = [over, shifted, atRisk].flatMap((counts) => [...counts.values()]);
    return named.every((count) => count === 0) && units + (labels?.units ?? 0) === 0;
  });
