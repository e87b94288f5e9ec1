/** Value → bin. Every value finds exactly one; a bin is a byte. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { nextDown } from '../../core/float.ts';
import {
  BIN,
  type FeatureBins,
  type FeatureProfile,
  FIRST_REGULAR_BIN,
  type ValueColumn,
} from './reference-profile.ts';
import { countBelow, searchSteps } from './step-search.ts';

/** Bins of rows of a column: `target[i]` for row `from + i`. */
export type ColumnBinner = (column: ValueColumn, from: number, to: number, target: Uint8Array) => void;

/** How many bins a feature has, special ones included. */
export function binCount(bins: FeatureBins): number {
  if (bins.kind === 'quantiles') return FIRST_REGULAR_BIN + bins.edges.length + 1;
  if (bins.kind === 'values') return FIRST_REGULAR_BIN + bins.values.length;
  if (bins.kind === 'presence') return FIRST_REGULAR_BIN + 1;
  return FIRST_REGULAR_BIN + bins.values.length + (bins.rest === null ? 0 : 1);
}

type Shape = Pick<FeatureProfile, 'bins' | 'sentinels'>;

/** Made once a feature: what follows is a loop over typed arrays, or a look-up a text. */
export function columnBinner(feature: Shape): ColumnBinner {
  const ofNumber = numberBinner(feature);
  const ofText = textBinner(feature);
  return (column, from, to, target) => {
    if (column.kind === 'number') ofNumber(column.values, column.nulls, from, to, target);
    else ofText(column.values, from, to, target);
  };
}

type NumberLoop = (
  values: Float64Array,
  nulls: Uint8Array | null,
  from: number,
  to: number,
  target: Uint8Array,
) => void;
type TextLoop = (values: readonly (string | null)[], from: number, to: number, target: Uint8Array) => void;

function numberBinner(feature: Shape): NumberLoop {
  const { bins, sentinels } = feature;
  if (bins.kind === 'quantiles') return quantileLoop(bins, sentinels);
  if (bins.kind === 'values') return valueLoop(bins.values, sentinels);
  if (bins.kind === 'presence') return eachNumber((x) => special(x, sentinels) ?? FIRST_REGULAR_BIN);
  const lookUp = lookUpOf(bins);
  return eachNumber((x) => (Number.isNaN(x) ? BIN.nan : lookUp(String(x))));
}

function quantileLoop(
  { low, edges, high }: Extract<FeatureBins, { kind: 'quantiles' }>,
  sentinels: readonly number[],
): NumberLoop {
  // So many steps are below a value: none, `below`; one, the first bin …
  const steps = searchSteps([nextDown(low), ...edges, high]);
  const top = edges.length + 2;
  const within = sentinels.filter((x) => x >= low && x <= high);
  return (values, nulls, from, to, target) => {
    countBelow(steps, values, from, to, target);
    for (let i = from; i < to; i++) {
      const k = target[i - from]!;
      target[i - from] =
        k > 0 && k < top
          ? k + FIRST_REGULAR_BIN - 1
          : (special(values[i]!, sentinels) ?? (k === 0 ? BIN.below : BIN.above));
    }
    if (within.length > 0) {
      for (let i = from; i < to; i++) if (within.includes(values[i]!)) target[i - from] = BIN.sentinel;
    }
    markNulls(nulls, from, to, target);
  };
}

function valueLoop(known: readonly number[], sentinels: readonly number[]): NumberLoop {
  const steps = searchSteps(known);
  const top = known.length;
  const within = sentinels.some((x) => known.includes(x));
  const other = (x: number, k: number): number =>
    special(x, sentinels) ?? (k === 0 ? BIN.below : k === top ? BIN.above : BIN.unseen);
  return (values, nulls, from, to, target) => {
    countBelow(steps, values, from, to, target);
    for (let i = from; i < to; i++) {
      const x = values[i]!;
      const k = target[i - from]!;
      const own = steps[k] === x && k < top && !(within && sentinels.includes(x));
      target[i - from] = own ? FIRST_REGULAR_BIN + k : other(x, k);
    }
    markNulls(nulls, from, to, target);
  };
}

/** Bin of a number that has one whatever the feature is, or null. */
function special(x: number, sentinels: readonly number[]): number | null {
  if (Number.isNaN(x)) return BIN.nan;
  if (x === Infinity) return BIN.positiveInfinity;
  if (x === -Infinity) return BIN.negativeInfinity;
  return sentinels.includes(x) ? BIN.sentinel : null;
}

function eachNumber(binOf: (x: number) => number): NumberLoop {
  return (values, nulls, from, to, target) => {
    for (let i = from; i < to; i++) target[i - from] = binOf(values[i]!);
    markNulls(nulls, from, to, target);
  };
}

function markNulls(nulls: Uint8Array | null, from: number, to: number, target: Uint8Array): void {
  if (nulls === null) return;
  for (let i = from; i < to; i++) if (nulls[i] === 1) target[i - from] = BIN.null;
}

function textBinner(feature: Shape): TextLoop {
  const { bins } = feature;
  if (bins.kind === 'categories') return eachText(lookUpOf(bins));
  if (bins.kind === 'presence') return eachText(() => FIRST_REGULAR_BIN);
  // A text in a column of numbers is the number that it says, or no value.
  const one = new Float64Array(1);
  const bin = new Uint8Array(1);
  const ofNumber = numberBinner(feature);
  return eachText((text) => {
    const number = numberOf(text);
    if (number === null) return BIN.null;
    one[0] = number;
    ofNumber(one, null, 0, 1, bin);
    return elementAt(bin, 0);
  });
}

function numberOf(text: string): number | null {
  const trimmed = text.trim();
  if (/^[+-]?nan$/i.test(trimmed)) return Number.NaN;
  const number = trimmed === '' ? Number.NaN : Number(trimmed);
  return Number.isNaN(number) ? null : number;
}

function lookUpOf(bins: Extract<FeatureBins, { kind: 'categories' }>): (text: string) => number {
  const known = new Map(bins.values.map((value, i) => [value, FIRST_REGULAR_BIN + i]));
  for (const value of bins.rest ?? []) known.set(value, FIRST_REGULAR_BIN + bins.values.length);
  return (text) => known.get(text) ?? BIN.unseen;
}

function eachText(binOf: (text: string) => number): TextLoop {
  return (values, from, to, target) => {
    for (let i = from; i < to; i++) {
      const text = values[i] ?? null;
      target[i - from] = text === null ? BIN.null : binOf(text);
    }
  };
}
