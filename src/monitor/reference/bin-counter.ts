/** Rows → counts of bins. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { binCounts, zipWith } from '../../core/vector.ts';
import { binCount, type ColumnBinner, columnBinner } from './column-binner.ts';
import { JointProjector } from './joint-profile.ts';
import { BIN, type ReferenceProfile, type TickCounts, type ValueColumn } from './reference-profile.ts';
import { deseasonalized } from './season.ts';
import { TextMeter } from './text-measures.ts';

/** Columns of rows in the order of a profile's features; null where there is none: its cells are null then. */
export type ProfiledColumns = readonly (ValueColumn | null)[];

/** Puts rows into the bins of one profile. It keeps nothing but tables made of the profile. */
export class BinCounter {
  readonly #profile: ReferenceProfile;
  readonly #features: readonly ColumnBinner[];
  readonly #outputs: readonly ColumnBinner[];
  readonly #projector: JointProjector | null;
  readonly #texts: readonly { readonly feature: number; readonly meter: TextMeter }[];
  readonly #joint: readonly ColumnBinner[];

  constructor(profile: ReferenceProfile) {
    const { joint } = profile;
    const projection = joint?.projection ?? null;
    this.#projector = projection === null ? null : new JointProjector(projection, profile.features);
    this.#texts = (joint?.texts ?? []).map((text) => ({ feature: text.feature, meter: new TextMeter(text) }));
    this.#joint = (joint?.features ?? []).map(columnBinner);
    this.#profile = profile;
    this.#features = profile.features.map(columnBinner);
    this.#outputs = profile.outputs.map(columnBinner);
  }

  /** Bins of `rows` rows, which can be counted in parts. `times`: theirs, in milliseconds since the epoch, where there are any. */
  bin(
    rows: number,
    features: ProfiledColumns,
    outputs: ProfiledColumns = [],
    times: Float64Array | null = null,
  ): BinnedRows {
    const { features: inputs, outputs: answers, joint } = this.#profile;
    const own = binned(
      rows,
      this.#features,
      features.map((column, j) => deseasonalized(elementAt(inputs, j), column, times)),
    );
    return new BinnedRows(
      rows,
      { bins: own, widths: inputs.map(({ bins }) => binCount(bins)) },
      { bins: binned(rows, this.#outputs, outputs), widths: answers.map(({ bins }) => binCount(bins)) },
      {
        bins: this.#derived(rows, own, features),
        widths: (joint?.features ?? []).map(({ bins }) => binCount(bins)),
      },
    );
  }

  #derived(rows: number, own: readonly Uint8Array[], features: ProfiledColumns): readonly Uint8Array[] {
    const numbers = this.#projector?.derive(own, rows) ?? [];
    const none = new Array<null>(rows).fill(null);
    const measures = this.#texts.flatMap(({ feature, meter }) => {
      const column = features[feature];
      return meter.measure(column?.kind === 'category' ? column.values : none);
    });
    return binned(rows, this.#joint, [
      ...numbers.map((values): ValueColumn => ({ kind: 'number', values, nulls: null })),
      ...measures,
    ]);
  }

  /** All rows at once. */
  count(rows: number, features: ProfiledColumns, outputs: ProfiledColumns = []): TickCounts {
    return this.bin(rows, features, outputs).counts(0, rows);
  }
}

function binned(rows: number, binners: readonly ColumnBinner[], columns: ProfiledColumns): Uint8Array[] {
  return binners.map((bin, j) => {
    const target = new Uint8Array(rows);
    const column = columns[j];
    if (column === null || column === undefined) target.fill(BIN.null);
    else bin(column, 0, rows, target);
    return target;
  });
}

interface Side {
  readonly bins: readonly Uint8Array[];
  readonly widths: readonly number[];
}

/** Rows of which the bins are known: a byte a row and feature. */
export class BinnedRows {
  readonly rows: number;
  readonly #features: Side;
  readonly #outputs: Side;
  readonly #joint: Side;

  constructor(rows: number, features: Side, outputs: Side, joint: Side) {
    this.rows = rows;
    this.#features = features;
    this.#outputs = outputs;
    this.#joint = joint;
  }

  /** The bin of each row, of the feature with that number. */
  featureBins(feature: number): Uint8Array {
    return elementAt(this.#features.bins, feature);
  }

  /** Counts of one of them, in the order of features, outputs and what is derived of several. */
  countsOf(place: number, from: number, to: number): Float64Array {
    let at = place;
    for (const side of [this.#features, this.#outputs, this.#joint]) {
      if (at < side.bins.length)
        return binCounts(elementAt(side.bins, at).subarray(from, to), elementAt(side.widths, at));
      at -= side.bins.length;
    }
    throw new RangeError(`no feature in place ${place}`);
  }

  /** Counts of the rows from `from` up to `to`, without that one. */
  counts(from: number, to: number): TickCounts {
    return {
      rows: to - from,
      features: countSide(this.#features, from, to),
      outputs: countSide(this.#outputs, from, to),
      joint: countSide(this.#joint, from, to),
    };
  }
}

function countSide({ bins, widths }: Side, from: number, to: number): Float64Array[] {
  return bins.map((column, j) => binCounts(column.subarray(from, to), elementAt(widths, j)));
}

/** The sum of two, of the same profile. */
export function addTickCounts(a: TickCounts, b: TickCounts): TickCounts {
  const add = (x: readonly Float64Array[], y: readonly Float64Array[]): Float64Array[] =>
    x.map((counts, j) => zipWith(counts, elementAt(y, j), (count, more) => count + more));
  return {
    rows: a.rows + b.rows,
    features: add(a.features, b.features),
    outputs: add(a.outputs, b.outputs),
    joint: add(a.joint, b.joint),
  };
}
