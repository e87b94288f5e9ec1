import type {
  MaxAbsScalerStep,
  MinMaxScalerStep,
  NormalizerStep,
  RobustScalerStep,
  StandardScalerStep,
} from '../../model/scaling.ts';
import { arrayItemsOf, toNumber } from './arrays.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** From 0.20 on missing values pass through scalers; releases before refused them. */
const sinceMissing = (view: EstimatorView): Pick<StandardScalerStep, 'refusesMissing'> =>
  view.since(0, 20) ? {} : { refusesMissing: true };

/** `mean_` is also kept where `with_mean` is false (the variance needs it), so the flags decide. */
export function readStandardScaler(view: EstimatorView): StandardScalerStep {
  const mean = view.flag('with_mean', true) ? view.vector('mean_') : null;
  const scale = view.flag('with_std', true) ? view.vector('scale_', mean?.length) : null;
  return {
    kind: 'standard-scaler',
    ...view.base((mean ?? scale)?.length ?? null),
    ...sinceMissing(view),
    mean,
    scale,
  };
}

export function readMinMaxScaler(view: EstimatorView): MinMaxScalerStep {
  const scale = view.vector('scale_');
  const min = view.vector('min_', scale.length);
  const clip = view.flag('clip', false) ? featureRange(view) : null;
  return { kind: 'min-max-scaler', ...view.base(scale.length), ...sinceMissing(view), scale, min, clip };
}

function featureRange(view: EstimatorView): readonly [number, number] {
  const value = view.required('feature_range');
  const [low, high] = arrayItemsOf(value)?.map(toNumber) ?? [];
  if (typeof low !== 'number' || typeof high !== 'number')
    throw view.invalid('feature_range', show(value), 'two numbers');
  return [low, high];
}

/** `clip` came with 1.9. */
export function readMaxAbsScaler(view: EstimatorView): MaxAbsScalerStep {
  const scale = view.vector('scale_');
  return {
    kind: 'max-abs-scaler',
    ...view.base(scale.length),
    ...sinceMissing(view),
    scale,
    clip: view.flag('clip', false),
  };
}

export function readRobustScaler(view: EstimatorView): RobustScalerStep {
  const center = view.flag('with_centering', true) ? view.vector('center_') : null;
  const scale = view.flag('with_scaling', true) ? view.vector('scale_', center?.length) : null;
  return {
    kind: 'robust-scaler',
    ...view.base((center ?? scale)?.length ?? null),
    ...sinceMissing(view),
    center,
    scale,
  };
}

/**
 * From 1.0 a dense row whose norm is below 10 eps is divided by 1 (`_handle_zeros_in_scale`), before only a norm of 0.
 * Up to 0.22 'max' was the signed maximum, which nothing here evaluates.
 */
export function readNormalizer(view: EstimatorView): NormalizerStep {
  const norm = view.choice('norm', ['l1', 'l2', 'max'], 'l2');
  if (norm === 'max' && !view.since(0, 23))
    throw view.unsupported('norm', "'max' of a release before 0.23 (the signed maximum)", "'l1', 'l2' are");
  const negligible = view.since(1, 0) ? { negligible: 10 * 2 ** -52 } : {};
  return { kind: 'normalizer', ...view.base(), norm, ...negligible };
}
