import type { SimpleImputerStep } from '../../model/imputation.ts';
import type { ImputationTurnOf } from '../../model/iterative-imputation.ts';
import type { IterativeImputerStep, ModelStep } from '../../model/step.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber } from './arrays.ts';
import { answerSpec, askedMember, widthOf } from './ensemble.ts';
import { type Family, family } from './family.ts';
import { indicatorsOf } from './imputation.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Lowest and highest values of the columns that are kept. */
interface Limits {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** IterativeImputer; without a turn (`max_iter=0`, a single column, nothing but gaps) it is its initial imputer. */
function readIterativeImputer(view: EstimatorView): SimpleImputerStep | IterativeImputerStep | null {
  const simple = view.step('initial_imputer_');
  if (simple === null) return null;
  if (simple.kind !== 'simple-imputer' || simple.type !== 'number')
    throw view.invalid('initial_imputer_', simple.kind, 'a SimpleImputer of numbers');
  const { fill: held } = simple;
  const keepsAll = view.flag('keep_empty_features', false);
  const empty = view.vectorOrNull('_is_empty_feature', held.length) ?? new Float64Array(held.length);
  const fill = held.map((value, column) => (empty[column] !== 0 && !keepsAll ? null : value));
  const indicators = view.flag('add_indicator', false) ? indicatorsOf(view, held.length) : [];
  const base = view.base(held.length);
  const initial: SimpleImputerStep = { ...simple, fill, indicators };
  if (view.count('n_iter_') === 0) return { ...initial, ...base };
  if (view.flag('sample_posterior', false))
    throw view.unsupported('sample_posterior', 'True, which draws random numbers', 'False is');
  if (fill.some(Number.isNaN)) throw view.unsupported('fill_value', 'NaN', 'a number is');
  const turns = readTurns(view, fill.filter((value) => value !== null).length);
  if (turns === null) return null;
  const settled = keepsAll ? Array.from(empty.keys()).filter((column) => empty[column] !== 0) : [];
  return { kind: 'iterative-imputer', ...base, initial, turns, settled };
}

/** Turns over `width` columns; null after a recorded blocker. */
function readTurns(view: EstimatorView, width: number): readonly ImputationTurnOf<ModelStep>[] | null {
  const limits = { low: view.vector('_min_value', width), high: view.vector('_max_value', width) };
  const turns = view.items('imputation_sequence_').map((item, k) => readTurn(view, item, k, limits));
  return turns.every((turn) => turn !== null) ? turns : null;
}

function readTurn(
  view: EstimatorView,
  value: PyValue,
  k: number,
  { low, high }: Limits,
): ImputationTurnOf<ModelStep> | null {
  const place = `imputation_sequence_[${k}]`;
  const [at, others, estimator] = tripletOf(value);
  const column = at === undefined ? null : toNumber(at);
  const neighbors = arrayItemsOf(others)?.map(toNumber);
  const isColumn = (one: number | null): one is number =>
    one !== null && Number.isInteger(one) && one >= 0 && one < low.length;
  if (!isColumn(column) || !neighbors?.every(isColumn) || neighbors.length === 0 || estimator === undefined)
    throw view.invalid(place, show(value), `a column below ${low.length}, others and an estimator`);
  view.reading.repeat(neighbors.length, view.origin);
  const path = `${place}.estimator`;
  const step = view.reading.step(estimator, view.pathTo(path), view.release);
  if (step === null) return null;
  if (step.features !== null && step.features !== neighbors.length)
    throw view.invalid(path, `${step.features} columns wide`, `${neighbors.length}, as its neighbors`);
  const member = askedMember(view, { name: path, step }, 'predict');
  if (widthOf(view, member) !== 1)
    throw view.unsupported(path, `${widthOf(view, member)} columns`, 'one column is');
  const bounds = { low: low[column]!, high: high[column]! };
  if (answerSpec(step, 'predict')?.dtype === 'float32' && Number.isFinite(bounds.high - bounds.low))
    throw view.unsupported(path, 'float32 answers between limits', 'float64 is');
  return { column, neighbors, member, ...bounds };
}

/** The fields of a namedtuple: arguments of its class, of protocols 0 and 1 as one tuple. */
function tripletOf(value: PyValue): readonly PyValue[] {
  if (!isType(value, 'object')) return arrayItemsOf(value) ?? [];
  return value.args.length === 1 ? (arrayItemsOf(value.args[0]) ?? []) : value.args;
}

export const ITERATIVE_IMPUTATION_FAMILIES: readonly Family[] = [
  family('impute', readIterativeImputer, 'IterativeImputer'),
];
