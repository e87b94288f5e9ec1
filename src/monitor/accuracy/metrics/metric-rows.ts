/** Answers whose truth is known, in columns, one element a row; what every metric is made of. Pure. */

interface Weighted {
  /** How many rows of traffic each row stands for, above 0: 1 over the share that was captured then. */
  readonly weight: Float64Array;
}

export interface BinaryRows extends Weighted {
  readonly task: 'binary';
  /**
   * 1 for the positive class, 0 for the other; or the chance that it is positive: then metrics that are sums or ratios of
   * sums are what is to be expected.
   */
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** Grows with the chance of the positive class; a probability where log loss, Brier or calibration is asked for. */
  readonly score: Float64Array | null;
}

export interface MulticlassRows extends Weighted {
  readonly task: 'multiclass';
  readonly classes: readonly string[];
  /** Indices of classes; −1 for a label that is no class of the model: always wrong. Or, row after row, a chance for each. */
  readonly truth: Int32Array | Float64Array;
  /** Indices of classes. */
  readonly predicted: Int32Array;
  /** Row after row, a probability for each class, or null. */
  readonly probabilities: Float64Array | null;
}

export interface RegressionRows extends Weighted {
  readonly task: 'regression';
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}

/** Candidates that were ranked, those of one request beside each other. */
export interface RankingRows extends Weighted {
  readonly task: 'ranking';
  /** Number of the request of each candidate, ascending. */
  readonly request: Int32Array;
  /** How relevant it was, from 0. */
  readonly relevance: Float64Array;
  readonly score: Float64Array;
}

/** Values of a metric that people send themselves. */
export interface ValueRows extends Weighted {
  readonly task: 'value';
  readonly values: Float64Array;
}

export type MetricRows = BinaryRows | MulticlassRows | RegressionRows | RankingRows | ValueRows;
export type MetricTask = MetricRows['task'];
export type RowsOfTask<T extends MetricTask> = Extract<MetricRows, { readonly task: T }>;

export const rowCount = (rows: MetricRows): number => rows.weight.length;

/** Those rows, in the order of `indices`, each as often as it is named. Requests of a ranking must stay together. */
export function selectRows<R extends MetricRows>(rows: R, indices: ArrayLike<number>): R {
  const n = rowCount(rows);
  const taken: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rows)) taken[name] = takeColumn(value, n, indices);
  return taken as unknown as R;
}

function takeColumn(value: unknown, n: number, indices: ArrayLike<number>): unknown {
  if (!(value instanceof Float64Array) && !(value instanceof Int32Array)) return value;
  const width = n === 0 ? 1 : value.length / n;
  const result = new (value instanceof Float64Array ? Float64Array : Int32Array)(indices.length * width);
  for (let i = 0; i < indices.length; i++)
    for (let j = 0; j < width; j++) result[i * width + j] = value[indices[i]! * width + j]!;
  return result;
}

/** One after the other; of the same task, classes and columns. Requests of a ranking stay apart. */
export function concatRows<R extends MetricRows>(a: R, b: R): R {
  const joined: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(a)) {
    const other = (b as unknown as Record<string, unknown>)[name];
    joined[name] =
      value instanceof Float64Array || value instanceof Int32Array ? append(name, value, other) : value;
  }
  return joined as unknown as R;
}

function append(name: string, a: Float64Array | Int32Array, b: unknown): Float64Array | Int32Array {
  const other = b as Float64Array | Int32Array;
  const result = new (a instanceof Float64Array ? Float64Array : Int32Array)(a.length + other.length);
  result.set(a);
  const shift = name === 'request' ? (a.at(-1) ?? -1) + 1 : 0;
  other.forEach((value, i) => {
    result[a.length + i] = value + shift;
  });
  return result;
}
