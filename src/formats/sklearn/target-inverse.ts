import { elementAt } from '../../core/element-at.ts';
import type { ArithmeticOperator, ColumnExpression } from '../../model/arithmetic.ts';
import type { ModelStep } from '../../model/step.ts';
import { readFunction } from './function.ts';
import type { EstimatorView } from './view.ts';

/** Below this a power of Yeo and Johnson is a logarithm (`np.spacing(1.)`). */
const SPACING = 2 ** -52;
/** Columns of a target that is transformed. */
const MAX_TARGETS = 1000;

/** The step that does what `inverse_transform` of a fitted transformer does. */
export function readInverse(view: EstimatorView): ModelStep {
  const inverse = INVERSES[view.className];
  if (inverse === undefined)
    throw view.unsupported('the class', view.origin.class, `${Object.keys(INVERSES).join(', ')} are`);
  return inverse(view);
}

const INVERSES: Readonly<Record<string, (view: EstimatorView) => ModelStep>> = {
  FunctionTransformer: (view) => readFunction(view, 'inverse_func', 'inv_kw_args'),
  StandardScaler: (view) => {
    const scale = view.flag('with_std', true) ? view.vector('scale_') : null;
    const mean = view.flag('with_mean', true) ? view.vector('mean_') : null;
    return columnwise(view, [
      ['multiply', scale],
      ['add', mean],
    ]);
  },
  MinMaxScaler: (view) =>
    columnwise(view, [
      ['subtract', view.vector('min_')],
      ['divide', view.vector('scale_')],
    ]),
  MaxAbsScaler: (view) => columnwise(view, [['multiply', view.vector('scale_')]]),
  RobustScaler: (view) => {
    const scale = view.flag('with_scaling', true) ? view.vector('scale_') : null;
    const center = view.flag('with_centering', true) ? view.vector('center_') : null;
    return columnwise(view, [
      ['multiply', scale],
      ['add', center],
    ]);
  },
  PowerTransformer: inversePower,
};

/** One operation after the other, with a number a column each. */
type ColumnOperations = readonly (readonly [ArithmeticOperator, Float64Array | null])[];

const number = (value: number): ColumnExpression => ({ kind: 'constant', value });

const operation = (
  operator: ArithmeticOperator,
  left: ColumnExpression,
  right: ColumnExpression,
): ColumnExpression => ({ kind: 'operation', operator, left, right });

const operated = (column: number, operations: ColumnOperations): ColumnExpression =>
  operations.reduce<ColumnExpression>(
    (value, [operator, numbers]) =>
      numbers === null ? value : operation(operator, value, number(elementAt(numbers, column))),
    { kind: 'column', column },
  );

function columnwise(
  view: EstimatorView,
  operations: ColumnOperations,
  after: (value: ColumnExpression, column: number) => ColumnExpression = (value) => value,
): ModelStep {
  const lengths = operations.flatMap(([, numbers]) => numbers?.length ?? []);
  const base = view.base(lengths[0] ?? null);
  if (lengths.some((length) => length !== base.features))
    throw view.invalid('scale_', lengths.join(', '), `${base.features}, one a column`);
  if (base.features === null || base.features > MAX_TARGETS)
    throw view.unsupported('n_features_in_', String(base.features), `up to ${MAX_TARGETS} targets are`);
  const columns = Array.from({ length: base.features }, (_, column) =>
    after(operated(column, operations), column),
  );
  return { kind: 'arithmetic', ...base, featureNames: null, columns, domains: [] };
}

/** PowerTransformer: the scaler's inverse, then that of the power. */
function inversePower(view: EstimatorView): ModelStep {
  const lambdas = view.vector('lambdas_');
  const method = view.choice('method', ['yeo-johnson', 'box-cox'], 'yeo-johnson');
  const boxCox = view.since(1, 4) ? inverseBoxCox : powerBoxCox;
  const invert = method === 'box-cox' ? boxCox : inverseYeoJohnson;
  const scaler = view.flag('standardize', true) ? view.child('_scaler') : null;
  const scaled: ColumnOperations =
    scaler === null
      ? [['add', new Float64Array(lambdas.length)]]
      : [
          ['multiply', scaler.vector('scale_', lambdas.length)],
          ['add', scaler.vector('mean_', lambdas.length)],
        ];
  return columnwise(view, scaled, (value, column) => invert(value, elementAt(lambdas, column)));
}

const power = (base: ColumnExpression, exponent: number): ColumnExpression =>
  operation('power', base, number(exponent));

/** `(x λ + 1) ** (1 / λ)`, or exp x (Box and Cox 1964): before 1.4. */
const powerBoxCox = (x: ColumnExpression, lambda: number): ColumnExpression =>
  lambda === 0
    ? exponential(x)
    : power(operation('add', operation('multiply', x, number(lambda)), number(1)), 1 / lambda);

/** `scipy.special.inv_boxcox`: exp(log1p(λ x) / λ). */
function inverseBoxCox(x: ColumnExpression, lambda: number): ColumnExpression {
  if (lambda === 0) return exponential(x);
  const of = operation('multiply', number(lambda), x);
  return exponential(operation('divide', { kind: 'function', function: 'log1p', of }, number(lambda)));
}

/** `PowerTransformer._yeo_johnson_inverse_transform`, apart for numbers below 0 (Yeo and Johnson 2000). */
function inverseYeoJohnson(x: ColumnExpression, lambda: number): ColumnExpression {
  const minus = operation('subtract', number(0), x);
  const raised = power(
    operation('add', operation('multiply', number(-(2 - lambda)), x), number(1)),
    1 / (2 - lambda),
  );
  const below = Math.abs(lambda - 2) > SPACING ? raised : exponential(minus);
  const above =
    Math.abs(lambda) < SPACING
      ? exponential(x)
      : power(operation('add', operation('multiply', x, number(lambda)), number(1)), 1 / lambda);
  return {
    kind: 'sign',
    of: x,
    above: operation('subtract', above, number(1)),
    below: operation('subtract', number(1), below),
  };
}

const exponential = (of: ColumnExpression): ColumnExpression => ({ kind: 'function', function: 'exp', of });
