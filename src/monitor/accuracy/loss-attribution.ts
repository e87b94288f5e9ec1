/**
 * Where accuracy was lost: the change of the mean loss between the reference and now, by bins of features and by segments.
 * Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { weightedSum } from '../../core/vector.ts';
import { shapleyValues } from '../../statistics/shapley.ts';

/** What falls into one bin: share of rows, and mean loss of them. */
export interface BinLoss {
  readonly bin: string;
  readonly reference: { readonly share: number; readonly loss: number };
  readonly current: { readonly share: number; readonly loss: number };
}

/** A row's bin in each feature, its loss (1 for a wrong answer, say), and its weight. */
export interface LossRows {
  /** By feature: the bin of each row, by its number. */
  readonly bins: readonly Int32Array[];
  readonly loss: Float64Array;
  readonly weight: Float64Array;
}

export interface LossFeature {
  readonly name: string;
  /** Names of its bins. */
  readonly bins: readonly string[];
}

export interface LossShare {
  readonly feature: string;
  readonly bin: string;
  /** What this bin adds to the change of the mean loss. */
  readonly change: number;
  /** The part of the whole change, 0.62 for 62 %. */
  readonly part: number;
  /** Share of traffic in this bin now. */
  readonly traffic: number;
}

export interface LossAttribution {
  /** Mean loss now minus then. */
  readonly change: number;
  /**
   * What other traffic alone explains: the losses of the reference by cell, with the shares of now; by feature, shared out
   * by Shapley's rule, the greatest first. The rest of the change is that losses changed within cells.
   */
  readonly mix: {
    readonly change: number;
    readonly features: readonly { readonly feature: string; readonly change: number }[];
  };
  /** Bins, over all features: first those that have most of the change beyond their share of traffic. */
  readonly bins: readonly LossShare[];
}

/** Features among which the mix is shared out: 2⁶ subsets. */
const SHARED = 6;
const BINS_SHOWN = 10;

/**
 * A bin's part of the change: share · (loss − mean loss then), now minus then; they add up to the change over the bins of each
 * feature, and hold both what became more frequent and what became worse.
 */
export function attributeLossChange(
  features: readonly LossFeature[],
  reference: LossRows,
  current: LossRows,
): LossAttribution {
  const [before, after] = [reference, current].map(meanLoss) as [number, number];
  const change = after - before;
  const bins = features.flatMap((feature, f) =>
    binLosses(feature, f, reference, current).map(({ bin, reference: then, current: now }) => {
      const part = now.share * (now.loss - before) - then.share * (then.loss - before);
      return { feature: feature.name, bin, change: part, part: part / change, traffic: now.share };
    }),
  );
  const beyond = ({ change: part, traffic }: LossShare): number =>
    (part - traffic * change) * Math.sign(change);
  return {
    change,
    mix: mixOf(features, reference, current),
    bins: bins.toSorted((a, b) => beyond(b) - beyond(a) || (a.bin < b.bin ? -1 : 1)).slice(0, BINS_SHOWN),
  };
}

function meanLoss({ loss, weight }: LossRows): number {
  return weightedSum(loss, weight) / weight.reduce((sum, w) => sum + w, 0);
}

function binLosses(
  { bins }: LossFeature,
  f: number,
  reference: LossRows,
  current: LossRows,
): readonly BinLoss[] {
  const ofFeature = (rows: LossRows): Cells => {
    const own = elementAt(rows.bins, f);
    return perCell(rows, (i) => elementAt(own, i));
  };
  const [then, now] = [ofFeature(reference), ofFeature(current)];
  return bins.map((bin, b) => ({ bin, reference: cellOf(then, b), current: cellOf(now, b) }));
}

interface Cells {
  readonly cells: ReadonlyMap<number, { mass: number; sum: number }>;
  readonly mass: number;
}

function perCell({ loss, weight }: LossRows, cellAt: (row: number) => number): Cells {
  const cells = new Map<number, { mass: number; sum: number }>();
  let mass = 0;
  weight.forEach((w, i) => {
    const cell = cells.get(cellAt(i)) ?? { mass: 0, sum: 0 };
    cell.mass += w;
    cell.sum += w * elementAt(loss, i);
    cells.set(cellAt(i), cell);
    mass += w;
  });
  return { cells, mass };
}

function cellOf({ cells, mass }: Cells, cell: number): { share: number; loss: number } {
  const found = cells.get(cell);
  return found === undefined
    ? { share: 0, loss: 0 }
    : { share: found.mass / mass, loss: found.sum / found.mass };
}

/** Rows of a cell with which its loss counts half against the mean of all: of a few rows it is noise. */
const SMOOTH = 5;

/** Σ over cells of a subset's features of (share now − share then) · loss then. */
function mixChange(subset: readonly number[], reference: LossRows, current: LossRows): number {
  const key = ({ bins }: LossRows) => {
    const own = subset.map((f) => elementAt(bins, f));
    return (i: number) => own.reduce((sum, column) => sum * 1024 + elementAt(column, i), 0);
  };
  const [then, now] = [perCell(reference, key(reference)), perCell(current, key(current))];
  const before = meanLoss(reference);
  const lossThen = (cell: number): number => {
    const { sum = 0, mass = 0 } = then.cells.get(cell) ?? {};
    return (sum + SMOOTH * before) / (mass + SMOOTH);
  };
  const mean = ({ cells, mass }: Cells): number =>
    [...cells].reduce((sum, [cell, { mass: own }]) => sum + (own / mass) * lossThen(cell), 0);
  return mean(now) - mean(then);
}

function mixOf(
  features: readonly LossFeature[],
  reference: LossRows,
  current: LossRows,
): LossAttribution['mix'] {
  const alone = features.map((_, f) => Math.abs(mixChange([f], reference, current)));
  const top = features
    .map((_, f) => f)
    .sort((a, b) => elementAt(alone, b) - elementAt(alone, a) || a - b)
    .slice(0, SHARED);
  const n = top.length;
  const changes = Array.from({ length: 2 ** n }, (_, mask) =>
    mixChange(
      top.filter((_f, k) => mask & (1 << k)),
      reference,
      current,
    ),
  );
  const values = shapleyValues(changes, n);
  const shares = top.map((f, k) => ({ feature: elementAt(features, f).name, change: elementAt(values, k) }));
  return {
    change: elementAt(changes, changes.length - 1),
    features: shares.sort((a, b) => Math.abs(b.change) - Math.abs(a.change)),
  };
}

/**
 * `−3.1 points, 62 % from os=ios-4.2, 9 % of traffic`; of losses that are no shares, their change. Null where nothing changed.
 */
export function attributionSentence({ change, bins }: LossAttribution, isShare = true): string | null {
  const [first] = bins;
  if (first === undefined || change === 0 || !Number.isFinite(first.part)) return null;
  const points = `${change > 0 ? '−' : '+'}${Math.abs(100 * change).toFixed(1)} points`;
  const moved = isShare ? points : `loss ${change > 0 ? '+' : '−'}${Math.abs(change).toPrecision(3)}`;
  const part = Math.round(100 * first.part);
  return `${moved}, ${part} % from ${first.feature}=${first.bin}, ${Math.round(100 * first.traffic)} % of traffic`;
}
