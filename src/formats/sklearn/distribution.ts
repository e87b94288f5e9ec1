import type {
  BinarizerStep,
  DiscretizerStep,
  PowerTransformerStep,
  QuantileTransformerStep,
} from '../../model/distribution.ts';
import type { OneHotStep } from '../../model/encoding.ts';
import type { ModelStep } from '../../model/step.ts';
import { isType } from '../pickle/value.ts';
import { toNumbers } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

const readBinarizer = (view: EstimatorView): BinarizerStep => ({
  kind: 'binarizer',
  ...view.base(),
  threshold: view.number('threshold', 0),
});

/** Steps one after the other that make one estimator. */
function chained(first: ModelStep, name: string, second: ModelStep): ModelStep {
  const { origin, features, featureNames } = first;
  const steps = [
    { name: 'columns', step: first },
    { name, step: second },
  ];
  return { kind: 'pipeline', origin, features, featureNames, steps };
}

/**
 * KBinsDiscretizer: the number of the bin, or 0/1 columns of it. From 1.1 on a bin ends below its upper edge, the last one
 * nowhere; before, a number just below an edge counted as above it.
 */
function readDiscretizer(view: EstimatorView): ModelStep {
  checkDType(view);
  const all = view.items('bin_edges_').map((value, column) => {
    const edges = isType(value, 'array') ? toNumbers(value) : null;
    if (edges === null || edges.length < 2 || !rises(edges))
      throw view.invalid(`bin_edges_[${column}]`, show(value), 'edges in rising order');
    return edges;
  });
  const inner = all.map((edges) => edges.slice(1, -1));
  const step: DiscretizerStep = {
    kind: 'discretizer',
    ...view.base(inner.length),
    edges: inner,
    ...(view.since(1, 1) ? {} : { tolerant: true as const }),
  };
  const encode = view.choice('encode', ['onehot', 'onehot-dense', 'ordinal'], 'onehot');
  return encode === 'ordinal' ? step : chained(step, '_encoder', binColumns(view, inner));
}

const rises = (values: Float64Array): boolean =>
  values.every((value, i) => i === 0 || value >= values[i - 1]!) && !values.some(Number.isNaN);

function checkDType(view: EstimatorView): void {
  const dtype = view.get('dtype') ?? null;
  const name = dtype === null ? 'float64' : dtypeName(dtype);
  if (name !== 'float64') throw view.unsupported('dtype', name, 'None and float64 are');
}

/** Bins that 0/1 columns are made of: those of a file with a few edges must not size anything. */
const MAX_BINS = 2 ** 21;

function binColumns(view: EstimatorView, inner: readonly Float64Array[]): OneHotStep {
  const total = inner.reduce((sum, edges) => sum + edges.length + 1, 0);
  if (total > MAX_BINS) throw view.unsupported('bin_edges_', `${total} bins`, `up to ${MAX_BINS} are`);
  return {
    kind: 'one-hot',
    origin: { ...view.origin, path: view.pathTo('_encoder') },
    features: inner.length,
    featureNames: null,
    columns: inner.map(({ length }) => ({
      categories: { type: 'number', values: Float64Array.from({ length: length + 1 }, (_, bin) => bin) },
      slots: Int32Array.from({ length: length + 1 }, (_, bin) => bin),
      width: length + 1,
      unknownSlot: -1,
    })),
    unknown: 'ignore',
  };
}

/** PowerTransformer; `standardize` puts a StandardScaler behind it. */
function readPower(view: EstimatorView): ModelStep | null {
  const lambdas = view.vector('lambdas_');
  const method = view.choice('method', ['yeo-johnson', 'box-cox'], 'yeo-johnson');
  const step: PowerTransformerStep = {
    kind: 'power-transformer',
    ...view.base(lambdas.length),
    method: method === 'yeo-johnson' && !view.since(1, 7) ? 'yeo-johnson-powers' : method,
    lambdas,
  };
  if (!view.flag('standardize', true)) return step;
  const scaler = view.step('_scaler');
  if (scaler === null) return null;
  if (scaler.kind !== 'standard-scaler' || scaler.features !== lambdas.length)
    throw view.invalid('_scaler', `${scaler.kind} of ${scaler.features}`, `a scaler of ${lambdas.length}`);
  return chained(step, '_scaler', scaler);
}

/** QuantileTransformer: `quantiles_` `[quantiles, columns]`. */
function readQuantiles(view: EstimatorView): QuantileTransformerStep {
  const references = view.vector('references_');
  const { rows, cols, data } = view.matrix('quantiles_');
  if (rows !== references.length)
    throw view.invalid('quantiles_', `${rows} rows`, `${references.length}, as references_`);
  if (rows < 2) throw view.unsupported('n_quantiles', String(rows), 'at least 2 are');
  const quantiles = Array.from({ length: cols }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * cols + column]!),
  );
  if (references[0] !== 0 || references.at(-1) !== 1)
    throw view.invalid('references_', show(view.get('references_') ?? null), 'shares from 0 to 1');
  if (!rises(references) || !quantiles.every(rises))
    throw view.unsupported('quantiles_', 'numbers that fall', 'quantiles in rising order are');
  return {
    kind: 'quantile-transformer',
    ...view.base(cols),
    quantiles,
    references,
    distribution: view.choice('output_distribution', ['uniform', 'normal'], 'uniform'),
  };
}

/** Transformers of the distribution of a column. */
export const DISTRIBUTION_FAMILIES: readonly Family[] = [
  family('preprocessing', readBinarizer, 'Binarizer'),
  family('preprocessing', readDiscretizer, 'KBinsDiscretizer'),
  family('preprocessing', readPower, 'PowerTransformer'),
  family('preprocessing', readQuantiles, 'QuantileTransformer'),
];
