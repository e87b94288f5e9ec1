/** What servers elsewhere have counted, and the difference of two looks. Pure. */
import { elementAt, valueInMap } from '../../core/element-at.ts';

/** Counters of one series at one moment: they only grow, until who counts starts again. */
export interface CounterSample {
  /** What names the series: its labels, in any one spelling. */
  readonly series: string;
  readonly version: number;
  /** Requests by outcome, or answers up to `bound` seconds. */
  readonly kind: { readonly outcome: string } | { readonly bound: number };
  readonly value: number;
}

/** What came in between two looks, by version. */
export interface CounterDelta {
  readonly ok: number;
  readonly failed: number;
  /** Answers by latency: those up to `bound` seconds, and above the one before; ascending, the last is Infinity. */
  readonly latency: readonly { readonly bound: number; readonly count: number }[];
}

/**
 * Outcomes that count as failures. Whether a row was refused because its caller erred, or because this version knows less than
 * the other, no counter says; callers err towards all versions alike, so that costs power, not validity.
 */
const FAILURES: readonly string[] = ['error', 'invalid'];

/**
 * Requests between two looks. null where a series is gone or has started again in between: what it had counted last is not
 * known, and a window of which a part is missing is missing for all arms alike.
 */
export function counterDeltas(
  before: readonly CounterSample[],
  after: readonly CounterSample[],
): ReadonlyMap<number, CounterDelta> | null {
  const values = new Map(before.map(({ series, value }) => [series, value]));
  const growths: CounterSample[] = [];
  for (const sample of after) {
    const growth = sample.value - (values.get(sample.series) ?? 0);
    if (growth < 0) return null;
    values.delete(sample.series);
    growths.push({ ...sample, value: growth });
  }
  if (values.size > 0) return null;
  const versions = new Set(growths.map(({ version }) => version));
  return new Map(
    [...versions].map((version) => [version, sumOf(growths.filter((one) => one.version === version))]),
  );
}

/** Series that the second look has and the first has not. */
export function newSeries(
  before: readonly CounterSample[],
  after: readonly CounterSample[],
): readonly string[] {
  const known = new Set(before.map(({ series }) => series));
  return after.flatMap(({ series }) => (known.has(series) ? [] : [series]));
}

function sumOf(growths: readonly CounterSample[]): CounterDelta {
  let [ok, failed] = [0, 0];
  const upTo = new Map<number, number>();
  for (const { kind, value } of growths) {
    if ('bound' in kind) upTo.set(kind.bound, (upTo.get(kind.bound) ?? 0) + value);
    else if (kind.outcome === 'ok') ok += value;
    else if (FAILURES.includes(kind.outcome)) failed += value;
  }
  const bounds = [...upTo.keys()].sort((a, b) => a - b);
  const latency = bounds.map((bound, i) => ({
    bound,
    count: Math.max(0, valueInMap(upTo, bound) - (i === 0 ? 0 : valueInMap(upTo, elementAt(bounds, i - 1)))),
  }));
  return { ok, failed, latency };
}
